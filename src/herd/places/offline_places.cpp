#include "herd/places/offline_places.h"

#include <algorithm>
#include <tuple>

#include "herd/places/nearby_search.h"
#include "herd/places/search_words.h"

namespace herd::places {

std::vector<FoundPlace> OfflinePlaces::find(const NearbyQuery& query) const {
  struct Candidate {
    Nearest nearest;
    const PlaceFile* file;
  };
  const SearchWords words(query.keyword);
  std::vector<Candidate> candidates;
  for (const auto& file : files_) {
    for (const auto nearest : file.nearest(query, words)) {
      candidates.push_back({nearest, &file});
    }
  }
  std::ranges::sort(candidates, {}, [](const Candidate& candidate) {
    return std::tuple(candidate.nearest.distance_m, candidate.file, candidate.nearest.number);
  });

  std::vector<FoundPlace> found;
  for (const auto& [nearest, file] : candidates) {
    if (found.size() == query.limit) break;
    const auto place = file->place(nearest.number);
    if (!place) continue;  // damaged: the others are still worth telling
    const bool known =
        std::ranges::any_of(found, [&](const FoundPlace& other) { return other.place.place_id == place->place_id; });
    if (!known) found.push_back({nearest.distance_m, *place});
  }
  return found;
}

std::string OfflinePlaces::nearby_search(const NearbyQuery& query, std::string_view info_message) const {
  std::vector<PlaceView> results;
  for (const auto& found : find(query)) results.push_back(found.place);
  return nearby_search_json(results, info_message);
}

}  // namespace herd::places
