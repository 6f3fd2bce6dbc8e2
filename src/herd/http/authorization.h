#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "herd/http/http_exchange.h"

namespace herd::http {

/// What an Authorization field has after its scheme (RFC 9110 section 11.4), which is given in lower case and may be in
/// any; none if it is of another.
std::optional<std::string_view> after_scheme(std::string_view authorization, std::string_view scheme);

/// Says nothing about whether the password is right.
struct Login {
  std::string user;
  std::string password;

  friend bool operator==(const Login&, const Login&) = default;
};

/// That of an Authorization field "Basic ..." (RFC 7617); none if it is anything else.
std::optional<Login> basic_login(std::string_view authorization);

/// A 401 that asks for what the herd takes. `detail` as problem() has it.
HttpResponse unauthorized(std::string_view detail);

}  // namespace herd::http
