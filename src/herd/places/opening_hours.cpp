#include "herd/places/opening_hours.h"

#include <algorithm>
#include <cstddef>

#include "herd/base/digits.h"
#include "herd/base/text.h"

namespace herd::places {
namespace {

using Days = std::array<bool, 7>;
using Spans = std::vector<OpeningHours::Span>;

constexpr std::array<std::string_view, 7> day_names = {"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"};

bool take(std::string_view& text, std::string_view token) {
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

void skip_spaces(std::string_view& text) {
  while (take(text, " ")) {
  }
}

std::optional<std::size_t> take_day(std::string_view& text) {
  const auto found = std::ranges::find_if(day_names, [&](auto name) { return text.starts_with(name); });
  if (found == day_names.end()) return std::nullopt;
  text.remove_prefix(found->size());
  return static_cast<std::size_t>(found - day_names.begin());
}

/// "Mo-Fr", "Sa", or holidays, which are of no ordinary week; false if it is none of them.
bool take_days(std::string_view& text, Days& days) {
  if (take(text, "PH") || take(text, "SH")) return true;
  const auto first = take_day(text);
  if (!first) return false;
  auto last = first;
  if (take(text, "-")) last = take_day(text);
  if (!last) return false;
  for (auto day = *first;; day = (day + 1) % days.size()) {
    days[day] = true;
    if (day == *last) return true;
  }
}

/// "08:30", up to 48:00.
std::optional<std::uint16_t> take_time(std::string_view& text) {
  const auto digit_at = [&](std::size_t i) { return i < text.size() && is_digit(text[i]); };
  const std::size_t hour_digits = digit_at(1) ? 2 : 1;
  if (!digit_at(0) || text.size() < hour_digits + 3 || text[hour_digits] != ':' || !digit_at(hour_digits + 1) ||
      !digit_at(hour_digits + 2)) {
    return std::nullopt;
  }
  const auto number_at = [&](std::size_t i) { return text[i] - '0'; };
  const int hours = hour_digits == 2 ? number_at(0) * 10 + number_at(1) : number_at(0);
  const int minutes = number_at(hour_digits + 1) * 10 + number_at(hour_digits + 2);
  text.remove_prefix(hour_digits + 3);
  const int time = hours * 60 + minutes;
  if (minutes >= 60 || time > 2 * OpeningHours::day_minutes) return std::nullopt;
  return static_cast<std::uint16_t>(time);
}

/// "08:00-12:00"
bool take_span(std::string_view& text, Spans& spans) {
  const auto opens = take_time(text);
  skip_spaces(text);
  if (!opens || *opens >= OpeningHours::day_minutes || !take(text, "-")) return false;
  skip_spaces(text);
  auto closes = take_time(text);
  if (!closes) return false;
  if (*closes <= *opens) *closes += OpeningHours::day_minutes;
  spans.push_back({*opens, *closes});
  return *closes - *opens <= OpeningHours::day_minutes && spans.size() <= OpeningHours::spans_max;
}

/// One after another with commas between, as many as `take_one` takes. Leaves the comma before what is none.
template <class TakeOne>
bool take_list(std::string_view& text, const TakeOne& take_one) {
  if (!take_one(text)) return false;
  for (;;) {
    auto rest = text;
    skip_spaces(rest);
    if (!take(rest, ",")) return true;
    skip_spaces(rest);
    if (!take_one(rest)) return true;
    text = rest;
  }
}

/// A rule without the ';' or ',' that ends it: "Mo-Fr 08:00-12:00". `adds`: it leaves what earlier rules say.
bool take_rule(std::string_view& text, bool adds, OpeningHours& hours) {
  Days days{};
  Spans spans;
  if (take(text, "24/7")) {
    days.fill(true);
    spans.push_back({0, OpeningHours::day_minutes});
  } else {
    const bool names_days = take_list(text, [&](std::string_view& rest) { return take_days(rest, days); });
    if (!names_days) days.fill(true);
    if (names_days) take(text, ":");
    skip_spaces(text);
    const bool is_closed = take(text, "off") || take(text, "closed");
    if (!is_closed && !take_list(text, [&](std::string_view& rest) { return take_span(rest, spans); })) return false;
  }
  for (std::size_t day = 0; day < days.size(); ++day) {
    if (!days[day]) continue;
    if (!adds) hours.days[day].clear();
    hours.days[day].insert(hours.days[day].end(), spans.begin(), spans.end());
    if (hours.days[day].size() > OpeningHours::spans_max) return false;
  }
  return true;
}

}  // namespace

bool OpeningHours::is_always() const {
  return std::ranges::all_of(days, [](const Spans& spans) { return spans == Spans{{0, day_minutes}}; });
}

std::optional<OpeningHours> parse_opening_hours(std::string_view text) {
  OpeningHours hours;
  text = trim(text);
  bool adds = false;
  while (!text.empty()) {
    if (!take_rule(text, adds, hours)) return std::nullopt;
    skip_spaces(text);
    adds = take(text, ",");
    if (!adds && !text.empty() && !take(text, ";")) return std::nullopt;
    skip_spaces(text);
    if (adds && text.empty()) return std::nullopt;
  }
  if (std::ranges::all_of(hours.days, [](const Spans& spans) { return spans.empty(); })) return std::nullopt;
  for (auto& spans : hours.days) std::ranges::sort(spans, {}, &OpeningHours::Span::opens);
  return hours;
}

}  // namespace herd::places
