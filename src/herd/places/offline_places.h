#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "herd/places/place.h"
#include "herd/places/place_file.h"
#include "herd/places/provider.h"

namespace herd::places {

/// A place found and how far it is from where was asked.
struct FoundPlace {
  double distance_m = 0;
  PlaceView place;
};

/// Answers from place files, all together, without any network. Safe to ask from several threads at once.
class OfflinePlaces {
 public:
  explicit OfflinePlaces(std::vector<PlaceFile> files) : files_(std::move(files)) {}

  /// At most `query.limit` places at most `query.radius_m` away, nearest first. A place that several files hold, told
  /// by its id, comes once. What is found refers to this object's memory.
  std::vector<FoundPlace> find(const NearbyQuery& query) const;

  /// A response in the shape of Google's legacy Nearby Search: one JSON object, a result a line, no empty lines.
  /// `info_message` is among its "info_messages" if it is not empty.
  std::string nearby_search(const NearbyQuery& query, std::string_view info_message = {}) const;

  const std::vector<PlaceFile>& files() const { return files_; }

 private:
  std::vector<PlaceFile> files_;
};

}  // namespace herd::places
