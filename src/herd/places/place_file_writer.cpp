#include "herd/places/place_file_writer.h"

#define XXH_INLINE_ALL
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <xxhash.h>

#include "herd/base/bytes.h"
#include "herd/places/place_file.h"
#include "herd/places/place_file_format.h"
#include "herd/places/place_index_builder.h"
#include "herd/places/utf8.h"

namespace herd::places {
namespace {

using namespace format;

constexpr std::size_t text_bytes_max = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t types_max = std::numeric_limits<std::uint8_t>::max();
constexpr std::size_t type_bytes_max = std::numeric_limits<std::uint8_t>::max();
constexpr std::size_t numbers_max = std::numeric_limits<std::uint16_t>::max();  // of kinds, of sources

std::optional<Error> find_fault(std::string_view what, const std::string& text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return Error{std::string(what) + " has " + std::to_string(text.size()) + " bytes; at most " +
                 std::to_string(bytes_max) + " are possible"};
  }
  if (!is_utf8(text)) return Error{std::string(what) + " is not valid UTF-8; convert the input to UTF-8"};
  return std::nullopt;
}

std::optional<Error> find_fault(const Place& place) {
  if (std::abs(std::int64_t{place.location.latitude_e7}) > 900'000'000 ||
      std::abs(std::int64_t{place.location.longitude_e7}) > 1'800'000'000) {
    return Error{"location is off the Earth; latitudes go from -90 to 90, longitudes from -180 to 180"};
  }
  if (place.name.empty()) return Error{"name is missing; every place needs one"};
  if (place.place_id.empty()) return Error{"place_id is missing; every place needs a stable one"};
  if (place.types.empty() || place.types.size() > types_max) return Error{"types must be a list of 1 to 255 names"};
  for (const auto& type : place.types) {
    if (auto fault = find_fault("a type", type, type_bytes_max)) return fault;
  }
  for (const auto& [what, text] : {std::pair<std::string_view, const std::string&>{"name", place.name},
                                   {"place_id", place.place_id},
                                   {"vicinity", place.vicinity},
                                   {"attribution", place.attribution}}) {
    if (auto fault = find_fault(what, text, text_bytes_max)) return fault;
  }
  return std::nullopt;
}

/// The number of `key`, a new one if it has none yet; none if there are too many.
template <class Map, class Key>
std::optional<std::uint16_t> number_of(Map& numbers, const Key& key) {
  if (const auto known = numbers.find(key); known != numbers.end()) return known->second;
  if (numbers.size() > numbers_max) return std::nullopt;
  return numbers.emplace(key, static_cast<std::uint16_t>(numbers.size())).first->second;
}

/// The keys of `numbers` in the order of their numbers.
template <class Map>
auto by_number(const Map& numbers) {
  std::vector<const typename Map::key_type*> keys(numbers.size());
  for (const auto& [key, number] : numbers) keys[number] = &key;
  return keys;
}

template <class Length>
void append_text(std::string& out, std::string_view text) {
  append_le(out, static_cast<Length>(text.size()));
  out += text;
}

/// Puts sections on disk and sums them up.
class Body {
 public:
  explicit Body(std::ofstream& out) : out_(out) { XXH3_64bits_reset(&state_); }

  void write(std::string_view bytes) {
    XXH3_64bits_update(&state_, bytes.data(), bytes.size());
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes_ += bytes.size();
  }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t checksum() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_;
  std::ofstream& out_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<void> PlaceFileWriter::add(const Place& place) {
  if (const auto fault = find_fault(place)) return *fault;
  const auto kind = number_of(kinds_, place.types);
  if (!kind) return Error{"more than 65,536 different lists of types; split the import into several files"};
  const auto source = number_of(sources_, place.attribution);
  if (!source) return Error{"more than 65,536 different attributions; split the import into several files"};
  if (locations_.size() == std::numeric_limits<std::uint32_t>::max()) {
    return Error{"more than 4,294,967,295 places; split the import into several files"};
  }

  locations_.push_back(place.location);
  offsets_.push_back(texts_.size());
  append_le(texts_, *kind);
  append_le(texts_, *source);
  for (const auto& text : {place.name, place.place_id, place.vicinity}) {
    append_le(texts_, static_cast<std::uint16_t>(text.size()));
  }
  texts_.append(place.name).append(place.place_id).append(place.vicinity);
  return {};
}

std::string PlaceFileWriter::head(std::uint64_t body_bytes, std::uint64_t body_checksum) const {
  std::string tables;
  for (const auto* attribution : by_number(sources_)) append_text<std::uint16_t>(tables, *attribution);
  for (const auto* types : by_number(kinds_)) {
    append_le(tables, static_cast<std::uint8_t>(types->size()));
    for (const auto& type : *types) append_text<std::uint8_t>(tables, type);
  }
  tables.resize((tables.size() + head_alignment - 1) / head_alignment * head_alignment);

  const auto head_bytes = tables_at + tables.size();
  std::string checked;
  append_le(checked, std::uint64_t{head_bytes + body_bytes});
  append_le(checked, body_checksum);
  append_le(checked, std::uint64_t{locations_.size()});
  append_le(checked, std::uint64_t{texts_.size()});
  append_le(checked, static_cast<std::uint32_t>(sources_.size()));
  append_le(checked, static_cast<std::uint32_t>(kinds_.size()));
  checked += tables;

  std::string out(magic);
  append_le(out, PlaceFile::version);
  append_le(out, static_cast<std::uint32_t>(head_bytes));
  append_le(out, std::uint64_t{XXH3_64bits(checked.data(), checked.size())});
  return out += checked;
}

Result<void> PlaceFileWriter::write(const std::filesystem::path& file) const {
  auto unfinished = file;
  unfinished += ".tmp";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  if (!out) {
    return Error{unfinished.string() + ": cannot be written: " + std::generic_category().message(errno) +
                 "; choose a folder that exists and may be written to"};
  }

  const auto index = build_index(locations_);
  const auto text_of = [&](std::uint32_t i) {
    const auto end = i + 1 < offsets_.size() ? offsets_[i + 1] : texts_.size();
    return std::string_view(texts_).substr(offsets_[i], end - offsets_[i]);
  };
  out << head(0, 0);  // keeps its room: its checksums are known at the end
  Body body(out);
  body.write(index.boxes);
  std::string section;
  for (const auto i : index.order) {
    append_le(section, locations_[i].latitude_e7);
    append_le(section, locations_[i].longitude_e7);
  }
  body.write(section);
  section.clear();
  std::uint64_t offset = 0;
  for (const auto i : index.order) {
    append_le(section, offset);
    offset += text_of(i).size();
  }
  body.write(section);
  for (const auto i : index.order) body.write(text_of(i));
  out.seekp(0);
  out << head(body.bytes(), body.checksum());
  out.close();

  std::error_code error;
  if (out) std::filesystem::rename(unfinished, file, error);
  if (!out || error) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    return Error{file.string() + ": could not be written" + (error ? ": " + error.message() : "") +
                 "; check the folder and the space left on its disk"};
  }
  return {};
}

}  // namespace herd::places
