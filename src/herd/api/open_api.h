#pragma once

#include <string>

namespace herd::api {

/// The HTTP API in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), from the table of endpoints.
std::string open_api_json();

}  // namespace herd::api
