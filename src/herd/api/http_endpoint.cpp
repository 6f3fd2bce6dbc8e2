#include "herd/api/http_endpoint.h"

namespace herd::api {

std::string_view word_of(protocols::Verb verb) {
  switch (verb) {
    case protocols::Verb::report:
      return "report";
    case protocols::Verb::read:
      return "read";
    case protocols::Verb::forget:
      return "forget";
    case protocols::Verb::places:
      return "places";
    case protocols::Verb::status:
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

}  // namespace herd::api
