#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace herd::node {

/// Writes a JSON object member by member; a Boost.JSON value would write 1.2 as 1.2E0.
class JsonObject {
 public:
  void text(std::string_view member, std::string_view value);
  void whole(std::string_view member, std::uint64_t value);
  /// Rounded to a millionth.
  void number(std::string_view member, double value);
  /// true, false, null, or what another writer made.
  void json(std::string_view member, std::string_view value);

  /// All that was written; to be taken once.
  std::string take() &&;

 private:
  void begin(std::string_view member);

  std::string out_ = "{";
};

}  // namespace herd::node
