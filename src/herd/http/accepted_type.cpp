#include "herd/http/accepted_type.h"

#include <algorithm>
#include <optional>

#include "herd/base/text.h"

namespace herd::http {
namespace {

/// Takes what comes before the next `separator` that is not between quotes off the front, and that with it.
std::string_view take_part(std::string_view& text, char separator) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (is_quoted || text[end] != separator); ++end) {
    if (text[end] == '"') is_quoted = !is_quoted;
    if (text[end] == '\\' && is_quoted) ++end;
  }
  end = std::min(end, text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(part);
}

/// What the parameters of a range say; none if that is no quality.
std::optional<double> quality_of(std::string_view parameters) {
  while (!parameters.empty()) {
    auto value = take_part(parameters, ';');
    const auto name = trim(value.substr(0, value.find('=')));
    if (!equal_ignoring_case(name, "q")) continue;
    value.remove_prefix(std::min(value.size(), value.find('=') + 1));
    const auto quality = parse_number(trim(value));
    return quality && *quality >= 0 && *quality <= 1 ? quality : std::nullopt;
  }
  return 1;
}

/// 3 for the type itself, 2 for "application/*", 1 for all; 0 for others.
int closeness(std::string_view range, std::string_view type) {
  if (equal_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  const auto slash = type.find('/') + 1;
  return range.ends_with("/*") && equal_ignoring_case(range.substr(0, range.size() - 1), type.substr(0, slash)) ? 2 : 0;
}

}  // namespace

Acceptance acceptance_of(std::string_view accept, std::string_view type) {
  if (trim(accept).empty()) return {1, false};
  Acceptance acceptance;
  int closest = 0;
  while (!accept.empty()) {
    auto parameters = take_part(accept, ',');
    const auto range = take_part(parameters, ';');
    const auto close = closeness(range, type);
    const auto quality = quality_of(parameters);
    if (!quality || close <= closest) continue;
    closest = close;
    acceptance = {*quality, close == 3};
  }
  return acceptance;
}

}  // namespace herd::http
