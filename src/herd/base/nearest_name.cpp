#include "herd/base/nearest_name.h"

#include <algorithm>
#include <cstddef>

namespace herd {

namespace {

constexpr std::size_t names_listed_max = 10;
constexpr std::size_t wrong_bytes_max = 100;  // what is longer is no name of ours

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Letters to insert, delete, replace or swap with their neighbour to turn one into the other, whatever their case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

const std::string* nearest_name(std::string_view wrong, const std::vector<std::string>& names) {
  wrong = wrong.substr(0, wrong_bytes_max);
  // Beyond a third of its letters a name is another one, not a slip.
  std::size_t nearest_distance = (wrong.size() + 2) / 3 + 1;
  const std::string* nearest = nullptr;
  for (const auto& name : names) {
    if (const auto distance = edit_distance(wrong, name); distance < nearest_distance) {
      nearest_distance = distance;
      nearest = &name;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names) {
  if (const auto* const nearest = nearest_name(wrong, names); nearest != nullptr) {
    return "did you mean \"" + *nearest + "\"?";
  }

  std::string known = "known are ";
  for (std::size_t i = 0; i < std::min(names.size(), names_listed_max); ++i) {
    if (i > 0) known += ", ";
    known += names[i];
  }
  if (names.size() > names_listed_max) known += " and " + std::to_string(names.size() - names_listed_max) + " more";
  return known;
}

}  // namespace herd
