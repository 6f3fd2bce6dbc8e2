#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace herd::places {

/// When a place is open in an ordinary week, in its own local time.
struct OpeningHours {
  /// Minutes after midnight of the day they belong to; those that end past midnight end above 1,440.
  struct Span {
    std::uint16_t opens = 0;
    std::uint16_t closes = 0;

    friend bool operator==(const Span&, const Span&) = default;
  };
  static constexpr std::uint16_t day_minutes = 1440;
  static constexpr std::size_t spans_max = 8;  ///< a day

  std::array<std::vector<Span>, 7> days;  ///< from Sunday on, as Google counts

  /// Open without end.
  bool is_always() const;

  friend bool operator==(const OpeningHours&, const OpeningHours&) = default;
};

/// Understands of OpenStreetMap's opening_hours (wiki.openstreetmap.org/wiki/Key:opening_hours/specification) weekdays
/// and times: "Mo-Fr 08:00-12:00,14:00-18:00; Sa 09:00-12:00; Su,PH off", "24/7". Rules for public and school holidays
/// are left out. None if there is anything else in it: seasons, weeks, sunset, comments, open ends, more than
/// `spans_max` spans a day.
std::optional<OpeningHours> parse_opening_hours(std::string_view text);

}  // namespace herd::places
