#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace herd::wire {

/// What phones say beside a position. What one did not say, or could not know, is not there.
struct Attributes {
  std::optional<double> accuracy_m = {};       ///< radius around the position, to 0.1
  std::optional<double> altitude_m = {};       ///< above the sea, to 0.1
  std::optional<double> speed_mps = {};        ///< over ground, to 0.01
  std::optional<double> course_deg = {};       ///< clockwise from true north, 0 to 360, to 0.1
  std::optional<double> battery_percent = {};  ///< 0 to 100, to 0.1
  /// Anything else, as names and values of UTF-8; neither is empty.
  std::vector<std::pair<std::string, std::string>> others = {};

  friend bool operator==(const Attributes&, const Attributes&) = default;
};

/// Attributes travel with a record, and are held with it, as at most so many bytes.
inline constexpr std::size_t attributes_bytes_max = 255;

/// The bytes of these attributes, always the same for the same ones; empty if there are none. Of `others` those that do
/// not fit are left out, and so is a number that is not finite or is beyond what a sensor could mean.
std::string pack(const Attributes& attributes);

/// Reads what pack() wrote; none for anything else.
std::optional<Attributes> unpack_attributes(std::string_view bytes);

}  // namespace herd::wire
