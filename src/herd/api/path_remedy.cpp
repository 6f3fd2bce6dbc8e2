#include "herd/api/path_remedy.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "herd/api/http_endpoints.h"
#include "herd/base/nearest_name.h"

namespace herd::api {
namespace {

constexpr std::string_view id_segment = "/{id}";

/// "/v1" of "/v1/clients", which is left with "/clients".
std::string_view take_segment(std::string_view& path) {
  const auto segment = path.substr(0, path.find('/', 1));
  path.remove_prefix(segment.size());
  return segment;
}

/// Each segment as it is called in the templates, if it is close to that.
std::optional<std::string> nearest_path(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string_view> rests;  // of the templates that fit so far
  for (const auto& endpoint : http_endpoints()) rests.push_back(endpoint.path);
  std::string nearest;
  while (!path.empty()) {
    const auto segment = take_segment(path);
    std::vector<std::string> names;
    for (auto rest : rests) names.emplace_back(take_segment(rest));
    const auto has_id = std::ranges::find(names, id_segment) != names.end();
    std::erase(names, id_segment);
    const auto* const name = nearest_name(segment, names);
    if (name == nullptr && (!has_id || segment.size() < 2)) return std::nullopt;
    nearest += name == nullptr ? segment : std::string_view(*name);
    const auto taken = name == nullptr ? id_segment : std::string_view(*name);
    std::vector<std::string_view> fitting;
    for (auto rest : rests) {
      if (take_segment(rest) == taken) fitting.push_back(rest);
    }
    rests = std::move(fitting);
  }
  if (std::ranges::find(rests, std::string_view()) == rests.end()) return std::nullopt;
  return nearest;
}

/// With the slashes of an id encoded; empty if no template has one where these are.
std::string with_encoded_slashes(std::string_view path) {
  std::string shortest;
  for (const auto& endpoint : http_endpoints()) {
    const auto at = endpoint.path.find(id_segment);
    if (at == std::string_view::npos) continue;
    const auto before = endpoint.path.substr(0, at + 1);
    const auto after = endpoint.path.substr(at + id_segment.size());
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) continue;
    std::string encoded(before);
    for (const char c : path.substr(before.size(), path.size() - before.size() - after.size())) {
      if (c == '/') {
        encoded += "%2F";
      } else {
        encoded += c;
      }
    }
    encoded += after;
    if (shortest.empty() || encoded.size() < shortest.size()) shortest = encoded;
  }
  return shortest;
}

}  // namespace

std::string path_remedy(std::string_view path) {
  if (const auto nearest = nearest_path(path)) return "did you mean \"" + *nearest + "\"?";
  if (const auto encoded = with_encoded_slashes(path); !encoded.empty()) {
    return "a slash within an id is written %2F: " + encoded;
  }
  return "/v1/docs tells all that there is";
}

}  // namespace herd::api
