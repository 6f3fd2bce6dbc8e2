#pragma once

#include <string>

namespace herd::api {

/// The HTTP API as a page for people, from the table of endpoints: one file, without scripts.
std::string api_page_html();

}  // namespace herd::api
