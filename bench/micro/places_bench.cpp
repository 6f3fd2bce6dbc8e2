// What a question for places costs among five million of them, all over the Earth in towns of all sizes: the index
// alone, and the whole answer as WHATSAT sends it. The file is made once, in the folder for temporary files (some 400
// MB).

#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "herd/places/offline_places.h"
#include "herd/places/place_file_writer.h"

namespace herd::places {
namespace {

constexpr std::size_t place_count = 5'000'000;

/// A file that is there while the program runs.
class TownPlaces {
 public:
  TownPlaces() {
    PlaceFileWriter writer(file_);
    const std::vector<std::vector<std::string>> kinds = {
        {"restaurant", "food", "point_of_interest", "establishment"},
        {"cafe", "food", "point_of_interest", "establishment"},
        {"pharmacy", "health", "store", "point_of_interest", "establishment"},
        {"transit_station", "point_of_interest", "establishment"},
        {"store", "point_of_interest", "establishment"},
    };
    Place place;
    place.attribution = "(c) Mappers";
    for (std::size_t i = 0; i < place_count; ++i) {
      // Each town is ten times as likely to grow as to be founded, so that some have many places and most have few.
      if (towns_.empty() || random_() % 100 == 0) towns_.push_back(anywhere());
      place.location = near(somewhere());
      place.name = "Place number " + std::to_string(i);
      place.place_id = "bench:n" + std::to_string(i);
      place.types = kinds[random_() % kinds.size()];
      // One in ten thousand is what hardly anything else is.
      if (random_() % 10'000 == 0) place.types = {"casino", "point_of_interest", "establishment"};
      place.vicinity = "12 Main Street, Town";
      writer.add(place).value();
    }
    writer.write().value();
  }
  TownPlaces(const TownPlaces&) = delete;
  TownPlaces& operator=(const TownPlaces&) = delete;
  ~TownPlaces() { std::filesystem::remove(file_); }

  const std::filesystem::path& file() const { return file_; }
  geo::Location near(geo::Location town) {
    std::normal_distribution<double> spread(0, 200'000);  // some 2 km
    return {std::clamp(town.latitude_e7 + static_cast<std::int32_t>(spread(random_)), -900'000'000, 900'000'000),
            town.longitude_e7 + static_cast<std::int32_t>(spread(random_))};
  }
  geo::Location somewhere() { return towns_[random_() % towns_.size()]; }

 private:
  geo::Location anywhere() {
    return {std::uniform_int_distribution(-600'000'000, 700'000'000)(random_),
            std::uniform_int_distribution(-1'790'000'000, 1'790'000'000)(random_)};
  }

  std::filesystem::path file_ = std::filesystem::temp_directory_path() / "proxyherd-bench.places";
  std::mt19937_64 random_{20261122};
  std::vector<geo::Location> towns_;
};

TownPlaces& town_places() {
  static TownPlaces places;
  return places;
}

std::vector<NearbyQuery> questions(std::string type, std::string keyword, double radius_m) {
  std::vector<NearbyQuery> queries(4096);
  for (auto& query : queries) {
    query = {town_places().near(town_places().somewhere()), radius_m, 5, type, keyword};
  }
  return queries;
}

void find_five_nearest_places(benchmark::State& state, const std::string& type, const std::string& keyword) {
  const auto file = PlaceFile::open(town_places().file()).value();
  const auto queries = questions(type, keyword, 10'000);
  const SearchWords words(keyword);
  std::size_t i = 0;
  std::size_t found = 0;
  for (auto _ : state) found += file.nearest(queries[i++ % queries.size()], words).size();
  state.counters["found"] = static_cast<double>(found) / static_cast<double>(state.iterations());
}
BENCHMARK_CAPTURE(find_five_nearest_places, of_any_type, "", "");
BENCHMARK_CAPTURE(find_five_nearest_places, of_one_type_in_five, "cafe", "");
BENCHMARK_CAPTURE(find_five_nearest_places, of_one_type_in_ten_thousand, "casino", "");
BENCHMARK_CAPTURE(find_five_nearest_places, with_a_keyword, "", "number 7");

void answer_with_five_places(benchmark::State& state) {
  std::vector<PlaceFile> files;
  files.push_back(PlaceFile::open(town_places().file()).value());
  const OfflinePlaces places(std::move(files));
  const auto queries = questions("", "", 10'000);
  std::size_t i = 0;
  std::size_t bytes = 0;
  for (auto _ : state) bytes += places.nearby_search(queries[i++ % queries.size()]).size();
  state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(state.iterations());
}
BENCHMARK(answer_with_five_places);

void open_a_place_file(benchmark::State& state) {
  town_places();
  for (auto _ : state) benchmark::DoNotOptimize(PlaceFile::open(town_places().file()).value());
}
BENCHMARK(open_a_place_file);

}  // namespace
}  // namespace herd::places
