#pragma once

#include <exception>

namespace herd::net {

/// Completes a coroutine that is to live as long as the server: what it throws leaves EventLoop::run(). A port or a
/// link that ended silently would look healthy for ever.
inline constexpr auto or_fail = [](const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
};

}  // namespace herd::net
