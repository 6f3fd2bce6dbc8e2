#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace herd::store {

/// The names of the servers that heard records, each kept once and known by a number of two bytes.
class ServerNames {
 public:
  using Number = std::uint16_t;

  /// Beyond so many names a new one is not taken: no herd has as many servers.
  static constexpr std::size_t names_max = 65'535;
  static constexpr Number none = 65'535;

  /// The number of this name, which it gets if it is new; none if there are too many.
  Number number_of(std::string_view name) {
    // A herd has few servers, and reports come in runs from one of them.
    if (last_ < names_.size() && *names_[last_] == name) return last_;
    const auto known = std::ranges::find_if(names_, [&](const auto& each) { return *each == name; });
    if (known == names_.end()) {
      if (names_.size() == names_max) return none;
      names_.push_back(std::make_unique<const std::string>(name));
      last_ = static_cast<Number>(names_.size() - 1);
    } else {
      last_ = static_cast<Number>(known - names_.begin());
    }
    return last_;
  }

  /// Valid for as long as the table.
  std::string_view operator[](Number number) const { return *names_[number]; }

 private:
  std::vector<std::unique_ptr<const std::string>> names_;
  Number last_ = 0;
};

}  // namespace herd::store
