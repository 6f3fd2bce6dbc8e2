#include "herd/http/authorization.h"

#include "herd/base/base64.h"
#include "herd/base/text.h"

namespace herd::http {

std::optional<std::string_view> after_scheme(std::string_view authorization, std::string_view scheme) {
  if (!equal_ignoring_case(take_field(authorization), scheme)) return std::nullopt;
  return trim(authorization);
}

std::optional<Login> basic_login(std::string_view authorization) {
  const auto encoded = after_scheme(authorization, "basic");
  const auto login = encoded ? decode_base64(*encoded) : std::nullopt;
  const auto colon = login ? login->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Login{login->substr(0, colon), login->substr(colon + 1)};
}

HttpResponse unauthorized(std::string_view detail) {
  auto response = problem(401, detail);
  // Apps that know but one of them look at the first.
  response.fields = {{"WWW-Authenticate", R"(Basic realm="proxyherd", charset="UTF-8")"},
                     {"WWW-Authenticate", R"(Bearer realm="proxyherd")"}};
  return response;
}

}  // namespace herd::http
