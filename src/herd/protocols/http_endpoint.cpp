#include "herd/protocols/http_endpoint.h"

namespace herd::protocols {

std::string_view word_of(Verb verb) {
  switch (verb) {
    case Verb::report:
      return "report";
    case Verb::read:
      return "read";
    case Verb::forget:
      return "forget";
    case Verb::places:
      return "places";
    case Verb::status:
      return "status";
  }
  return "";
}

std::optional<std::string_view> match_path(std::string_view path_template, std::string_view path) {
  static constexpr std::string_view id = "{id}";
  const auto at = path_template.find(id);
  if (at == std::string_view::npos) return path == path_template ? std::optional(std::string_view()) : std::nullopt;
  const auto before = path_template.substr(0, at);
  const auto after = path_template.substr(at + id.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
    return std::nullopt;
  }
  const auto value = path.substr(before.size(), path.size() - before.size() - after.size());
  return value.find('/') != std::string_view::npos ? std::nullopt : std::optional(value);
}

}  // namespace herd::protocols
