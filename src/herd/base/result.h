#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace herd {

/// What a peer, a disk or a user did wrong, in words that name the thing, the place and the remedy.
struct Error {
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

/// A value or the reason there is none. `value()` throws std::runtime_error with that reason.
template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

}  // namespace herd
