#pragma once

#include <stdexcept>

namespace herd::app {

/// What the user wrote, on the command line or in herd.toml, cannot be done: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace herd::app
