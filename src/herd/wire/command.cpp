#include "herd/wire/command.h"

#include <charconv>
#include <optional>

#include "herd/base/text.h"
#include "herd/wire/posix_time.h"
#include "herd/wire/record.h"

namespace herd::wire {
namespace {

/// A decimal such as 10, 2.5 or 0: digits, perhaps a dot and more digits.
std::optional<double> parse_radius_km(std::string_view text) {
  auto rest = text;
  const auto whole = parse_whole(take_digits(rest), radius_km_max);
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    if (fraction.empty()) return std::nullopt;
  }
  if (!whole || !rest.empty()) return std::nullopt;
  // As digits, since a double would round a little more than the greatest radius to it.
  if (*whole == radius_km_max && fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  double radius_km = 0;  // and it stays 0 if the text is less than the least double
  std::from_chars(text.data(), text.data() + text.size(), radius_km);
  return radius_km;
}

void skip_spaces(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

bool parse_iamat(std::string_view& rest, Iamat& iamat) {
  iamat.client = take_field(rest);
  skip_spaces(rest);

  // Not as fields: where a number ends is seen while it is read.
  const auto* begin = rest.begin();
  const auto location = geo::take_written_iso6709(rest);
  if (!location || rest.empty() || !is_space(rest.front())) return false;
  iamat.location = {begin, rest.begin()};
  iamat.position = location->location;
  iamat.location_style = location->style;
  skip_spaces(rest);

  begin = rest.begin();
  const auto time = take_written_posix_time(rest);
  if (!time) return false;
  iamat.time = {begin, rest.begin()};
  iamat.client_time = time->time;
  iamat.time_style = time->style;
  skip_spaces(rest);
  return rest.empty() && iamat.client.size() <= client_bytes_max;
}

Command parse_iamat(std::string_view& rest) {
  // It is filled in where the caller wants it, since copying it would cost as much as parsing its time.
  Command command(std::in_place_type<Iamat>);
  if (!parse_iamat(rest, std::get<Iamat>(command))) command = InvalidCommand{};
  return command;
}

Command parse_whatsat(std::string_view rest) {
  const auto client = take_field(rest);
  const auto radius_km = parse_radius_km(take_field(rest));
  const auto bound = parse_whole(take_field(rest), bound_max);
  if (!radius_km || !bound || !take_field(rest).empty()) return InvalidCommand{};
  return Whatsat{client, *radius_km * 1000, static_cast<unsigned>(*bound)};
}

}  // namespace

Command parse_command(std::string_view line) {
  // Nearly all lines: to look for the end of the name would make them a fifth slower.
  if (constexpr std::string_view usual = "IAMAT "; line.starts_with(usual)) {
    line.remove_prefix(usual.size());
    return parse_iamat(line);
  }
  const auto name = take_field(line);
  if (name.empty()) return BlankLine{};
  if (name == "IAMAT") return parse_iamat(line);
  if (name == "WHATSAT") return parse_whatsat(line);
  return InvalidCommand{};
}

}  // namespace herd::wire
