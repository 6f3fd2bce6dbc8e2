#include "herd/geojson/geojson_places.h"

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <utility>

namespace herd::geojson {
namespace {

namespace json = boost::json;

constexpr std::string_view expected = "one Feature a line or a FeatureCollection is expected";

/// "cafes.rome" of "/data/cafes.rome.geojson.gz".
std::string stem(std::string_view file) {
  auto name = file.substr(file.rfind('/') + 1);
  if (name.ends_with(".gz")) name.remove_suffix(3);
  const auto dot = name.rfind('.');
  return std::string(dot == 0 ? name : name.substr(0, dot));
}

}  // namespace

/// What a feature's values are put into; used again for the next one, and the allocator is asked only for large ones.
struct GeojsonPlaces::Memory {
  std::array<unsigned char, std::size_t{64} << 10U> values{};
  std::array<unsigned char, std::size_t{16} << 10U> stack{};
  json::parser parser{json::storage_ptr(), json::parse_options{}, stack.data(), stack.size()};
};

std::uint64_t GeojsonCounts::all_places() const {
  std::uint64_t sum = 0;
  for (const auto& [key, number] : places) sum += number;
  return sum;
}

GeojsonPlaces::GeojsonPlaces(std::string file, GeojsonOptions options, OnPlace on_place, std::size_t bytes_max)
    : file_(std::move(file)),
      stem_(stem(file_)),
      options_(std::move(options)),
      on_place_(std::move(on_place)),
      elements_("features", bytes_max),
      memory_(std::make_unique<Memory>()) {}

GeojsonPlaces::~GeojsonPlaces() = default;

Result<void> GeojsonPlaces::push(std::string_view bytes) {
  elements_.push(bytes);
  return read_elements();
}

Result<void> GeojsonPlaces::finish() {
  elements_.finish();
  if (auto done = read_elements(); !done) return done;
  if (is_empty_ && !options_.only_osm && !elements_.array_end()) return at(1, "empty; " + std::string(expected));
  return {};
}

Result<void> GeojsonPlaces::read_elements() {
  while (true) {
    const auto next = elements_.next();
    if (!next) return at(elements_.line(), "not JSON: " + next.error().message);
    if (!*next) return {};
    const auto& element = **next;
    is_empty_ = false;
    if (element.too_large) {
      ++counts_.too_large;
    } else if (const auto done = read(element.text); !done) {
      return at(element.line, done.error().message);
    }
  }
}

Result<void> GeojsonPlaces::read(std::string_view feature) {
  json::monotonic_resource values(memory_->values.data(), memory_->values.size());
  auto& parser = memory_->parser;
  parser.reset(&values);
  boost::system::error_code error;
  parser.write(feature.data(), feature.size(), error);
  if (error == json::error::too_deep) {
    return Error{"nested deeper than " + std::to_string(json::parse_options{}.max_depth) +
                 " lists and objects; leave out the property that is"};
  }
  if (error) return Error{"not JSON in UTF-8: " + error.message() + "; " + std::string(expected)};
  const auto value = parser.release();
  const auto parsed = parse_geojson_place(value, stem_, options_);
  if (!parsed) return parsed.error();
  switch (parsed->left_out) {
    case LeftOut::unnamed:
      ++counts_.unnamed;
      return {};
    case LeftOut::no_place:
      // Of an extract, what osmium brought along: corners with tags, and members of what was asked for.
      counts_.no_place += options_.only_osm ? 0 : 1;
      return {};
    case LeftOut::no_geometry:
      ++counts_.no_geometry;
      return {};
    case LeftOut::no:
      break;
  }
  auto taken = on_place_(parsed->place, parsed->version);
  if (!taken) return taken;
  const auto known = counts_.places.find(parsed->key);
  if (known != counts_.places.end()) {
    ++known->second;
  } else {
    counts_.places.emplace(parsed->key, 1);
  }
  return {};
}

Error GeojsonPlaces::at(std::uint64_t line, const std::string& what) const {
  return Error{file_ + ":" + std::to_string(line) + ": " + what};
}

}  // namespace herd::geojson
