#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "herd/geojson/geojson_places.h"

namespace {

using herd::geojson::GeojsonPlaces;
using herd::places::Place;

constexpr std::size_t feature_bytes_max = 512;

struct Outcome {
  std::vector<Place> places;
  herd::geojson::GeojsonCounts counts;
  std::string error;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(std::string_view text, std::size_t step) {
  Outcome out;
  herd::geojson::GeojsonOptions options;
  options.language = "de";
  GeojsonPlaces reader(
      "fuzz.geojson", options,
      [&](const Place& place, std::uint64_t) -> herd::Result<void> {
        out.places.push_back(place);
        return {};
      },
      feature_bytes_max);
  herd::Result<void> done;
  for (; done && !text.empty(); text.remove_prefix(std::min(step, text.size())))
    done = reader.push(text.substr(0, step));
  if (done) done = reader.finish();
  if (!done) out.error = done.error().message;
  out.counts = reader.counts();
  return out;
}

}  // namespace

/// Any bytes are places or an error, and the same ones however they are cut; every place has a name and is on Earth.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto whole = read(text, std::max<std::size_t>(size, 1));
  if (!(read(text, 1) == whole) || !(read(text, 7) == whole)) std::abort();
  for (const auto& place : whole.places) {
    if (place.name.empty() || place.place_id.empty() || place.types.empty()) std::abort();
    if (std::abs(std::int64_t{place.location.latitude_e7}) > 900'000'000) std::abort();
    if (std::abs(std::int64_t{place.location.longitude_e7}) > 1'800'000'000) std::abort();
  }
  return 0;
}
