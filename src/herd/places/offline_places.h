#pragma once

#include <string>
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
class OfflinePlaces : public Provider {
 public:
  explicit OfflinePlaces(std::vector<PlaceFile> files) : files_(std::move(files)) {}

  /// At most `query.limit` places at most `query.radius_m` away, nearest first. A place that several files hold, told
  /// by its id, comes once. What is found refers to this object's memory.
  std::vector<FoundPlace> find(const NearbyQuery& query) const;

  std::string nearby_search(const NearbyQuery& query) const override;

  const std::vector<PlaceFile>& files() const { return files_; }

 private:
  std::vector<PlaceFile> files_;
};

}  // namespace herd::places
