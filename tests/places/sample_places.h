#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"
#include "herd/places/offline_places.h"
#include "herd/places/place.h"
#include "herd/places/place_file.h"
#include "herd/places/place_file_writer.h"

namespace herd::places {

inline std::filesystem::path temporary_file(std::string_view name) {
  return std::filesystem::path(testing::TempDir()) /
         ("herd-places-" + std::to_string(::getpid()) + "-" + std::string(name));
}

inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::remove(file);  // some file systems flush to disk when a file is emptied to be written anew
  std::ofstream(file, std::ios::binary) << bytes;
}

inline void write_places(const std::filesystem::path& file, const std::vector<Place>& places) {
  PlaceFileWriter writer(file);
  for (const auto& place : places) {
    const auto added = writer.add(place);
    ASSERT_TRUE(added) << added.error().message;
  }
  const auto written = writer.write();
  ASSERT_TRUE(written) << written.error().message;
}

inline OfflinePlaces open_places(const std::vector<std::filesystem::path>& files) {
  return OfflinePlaces(open_place_files(files).value());
}

/// Ten places, more than one box holds, among them both sides of the antimeridian and both poles.
inline std::vector<Place> sample_places() {
  const std::string town = "Towns by <a href=\"towns.example\">Towns</a>";
  const std::vector<std::string> locality = {"locality", "political"};
  const std::vector<std::string> cafe = {"cafe", "food", "point_of_interest", "establishment"};
  return {
      {{471410000, 95209000}, "Vaduz", "town:1", locality, "Liechtenstein", town},
      {.location = {471418000, 95215000},
       .name = "Caf\xc3\xa9 \"Amann\"",
       .place_id = "poi:2",
       .types = cafe,
       .vicinity = "Aeulestrasse 56, Vaduz",
       .attribution = "(c) Mappers",
       .other_names = "Caf\xc3\xa9 Burg;Ammann",
       .opening_hours = "Mo-Sa 08:00-18:00",
       .status = BusinessStatus::operational},
      {{472041000, 95222000}, "Nendeln", "town:3", locality, "Liechtenstein", town},
      {{-166906000, -1798773000}, "Matei Airport", "airport:4", {"airport", "establishment"}, "", ""},
      {{-167000000, 1799500000}, "Taveuni", "town:5", locality, "Fiji", town},
      {{900000000, 0}, "North Pole", "pole:6", {"natural_feature"}, "", ""},
      {{-900000000, 1800000000}, "South Pole", "pole:7", {"natural_feature"}, "", ""},
      {{340522300, -1182436800}, "Los Angeles", "town:8", locality, "California, United States", town},
      {{340194900, -1184913800}, "Santa Monica", "town:9", locality, "California, United States", town},
      {{0, 0}, "Null Island", "poi:10", {"point_of_interest", "establishment"}, "", "(c) Mappers"},
  };
}

}  // namespace herd::places
