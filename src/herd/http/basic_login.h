#pragma once

#include <string>
#include <string_view>

namespace herd::http {

/// The user of an HTTP Authorization field "Basic ..." (RFC 7617); empty if it is anything else. Says nothing about
/// whether the password is right.
std::string basic_login(std::string_view authorization);

}  // namespace herd::http
