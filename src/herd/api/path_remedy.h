#pragma once

#include <string>
#include <string_view>

namespace herd::api {

/// The end of a message about a path at which there is nothing: the path that was meant, as far as the table of
/// http_endpoints.h tells: `did you mean "/v1/reports"?`; how the slash in an id is written; or where all is told.
std::string path_remedy(std::string_view path);

}  // namespace herd::api
