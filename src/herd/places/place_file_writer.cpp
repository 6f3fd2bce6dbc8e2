#include "herd/places/place_file_writer.h"

#define XXH_INLINE_ALL
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <xxhash.h>

#include "herd/base/bytes.h"
#include "herd/base/utf8.h"
#include "herd/places/cell_order.h"
#include "herd/places/place_file.h"
#include "herd/places/place_file_format.h"
#include "herd/places/place_index_builder.h"

namespace herd::places {
namespace {

using namespace format;

constexpr std::size_t text_bytes_max = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t types_max = std::numeric_limits<std::uint8_t>::max();
constexpr std::size_t type_bytes_max = std::numeric_limits<std::uint8_t>::max();
constexpr std::size_t numbers_max = std::numeric_limits<std::uint16_t>::max();  // of kinds, types and sources

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
                                   {"attribution", place.attribution},
                                   {"other_names", place.other_names},
                                   {"opening_hours", place.opening_hours}}) {
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

/// A place on its way through the sorts: numbers, then its text as the file has it.
struct PackedPlace {
  geo::Location location;
  std::uint16_t kind = 0;
  std::string_view text;
};

/// `packed` is what pack() made.
PackedPlace unpack(std::string_view packed) {
  PackedPlace place;
  place.location.latitude_e7 = take_le<std::int32_t>(packed).value();
  place.location.longitude_e7 = take_le<std::int32_t>(packed).value();
  place.kind = take_le<std::uint16_t>(packed).value();
  place.text = packed;
  return place;
}

void pack(std::string& packed, const Place& place, std::uint16_t kind, std::uint16_t source) {
  packed.clear();
  append_le(packed, place.location.latitude_e7, place.location.longitude_e7, kind);
  append_varint(packed, source * status_count + static_cast<std::uint64_t>(place.status));
  for (const auto* text : {&place.name, &place.place_id, &place.vicinity, &place.other_names}) {
    append_varint(packed, text->size());
  }
  for (const auto* text : {&place.name, &place.place_id, &place.vicinity, &place.other_names, &place.opening_hours}) {
    packed += *text;
  }
}

constexpr std::uint64_t told_every = 16'384;
constexpr std::size_t checked_at_once = 1024 * 1024;

/// The checksum of what stands in `file` from `begin` to `end`.
Result<std::uint64_t> checksum(const RawFile& file, std::uint64_t begin, std::uint64_t end) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  std::string bytes;
  for (; begin < end; begin += bytes.size()) {
    bytes.clear();
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(checked_at_once, end - begin));
    if (const auto read = file.read(begin, wanted, bytes); !read) return read.error();
    if (bytes.empty()) break;
    XXH3_64bits_update(&state, bytes.data(), bytes.size());
  }
  return std::uint64_t{XXH3_64bits_digest(&state)};
}

std::filesystem::path beside(const std::filesystem::path& file, std::string_view ending) {
  return file.string().append(ending);
}

/// The parts of the body, each at its place in the file while places go by in their order.
class Body {
 public:
  Body(RawFile& file, std::uint64_t begin, std::uint64_t places)
      : layout_(begin, places),
        locations_(file, layout_.locations),
        kinds_(file, layout_.kinds),
        leaves_(file, layout_.leaves),
        texts_(file, layout_.texts),
        builder_([this](std::size_t level, std::string_view box) { keep(boxes_[level].append(box)); }) {
    auto position = layout_.boxes;
    for (auto level = PlaceIndex::boxes_over(places); level != 0;
         level = level == 1 ? 0 : PlaceIndex::boxes_over(level)) {
      boxes_.emplace_back(file, position);
      position += level * PlaceIndex::box_bytes;
    }
  }

  Result<void> add(const PackedPlace& place, std::uint64_t types) {
    bytes_.clear();
    append_le(bytes_, place.location.latitude_e7, place.location.longitude_e7);
    keep(locations_.append(bytes_));
    bytes_.clear();
    append_le(bytes_, place.kind);
    keep(kinds_.append(bytes_));
    if (count_++ % PlaceIndex::fanout == 0) {
      bytes_.clear();
      append_le(bytes_, texts_.position() - layout_.texts);
      keep(leaves_.append(bytes_));
    }
    bytes_.clear();
    append_varint(bytes_, place.text.size());
    bytes_ += place.text;
    keep(texts_.append(bytes_));
    builder_.add(place.location, types);
    return failure_;
  }

  Result<void> finish() {
    builder_.finish();
    bytes_.assign(layout_.leaves - layout_.kinds - count_ * kind_bytes, '\0');
    keep(kinds_.append(bytes_));
    for (auto* part : {&locations_, &kinds_, &leaves_, &texts_}) keep(part->flush());
    for (auto& level : boxes_) keep(level.flush());
    return failure_;
  }

  std::uint64_t text_bytes() const { return texts_.position() - layout_.texts; }
  std::uint64_t end() const { return texts_.position(); }

 private:
  void keep(const Result<void>& written) {
    if (!written && failure_) failure_ = written;
  }

  Layout layout_;
  std::vector<SectionWriter> boxes_;
  SectionWriter locations_;
  SectionWriter kinds_;
  SectionWriter leaves_;
  SectionWriter texts_;
  PlaceIndexBuilder builder_;
  std::string bytes_;
  std::uint64_t count_ = 0;
  Result<void> failure_;
};

}  // namespace

PlaceFileWriter::PlaceFileWriter(std::filesystem::path file, std::size_t memory_bytes)
    : file_(std::move(file)), memory_bytes_(memory_bytes), by_id_(beside(file_, ".tmp.ids"), memory_bytes) {}

Result<void> PlaceFileWriter::add(const Place& place, std::uint64_t version) {
  if (const auto fault = find_fault(place)) return *fault;
  std::vector<std::uint16_t> types;
  for (const auto& type : place.types) {
    const auto number = number_of(types_, type);
    if (!number) return Error{"more than 65,536 different types; split the import into several files"};
    types.push_back(*number);
  }
  const auto kind = number_of(kinds_, types);
  if (!kind) return Error{"more than 65,536 different lists of types; split the import into several files"};
  const auto source = number_of(sources_, place.attribution);
  if (!source) return Error{"more than 65,536 different attributions; split the import into several files"};

  pack(packed_, place, *kind, *source);
  const auto id = XXH3_128bits(place.place_id.data(), place.place_id.size());
  return by_id_.add({id.high64, id.low64, ~version, ~by_id_.size()}, packed_);
}

std::vector<std::uint64_t> PlaceFileWriter::sets_of_types() const {
  std::vector<std::uint64_t> sets(kinds_.size());
  for (const auto& [types, number] : kinds_) {
    for (const auto type : types) sets[number] |= std::uint64_t{1} << (type % types_in_set);
  }
  return sets;
}

std::string PlaceFileWriter::head(std::uint64_t count, std::uint64_t text_bytes, std::uint64_t body_bytes,
                                  std::uint64_t body_checksum) const {
  std::string tables;
  for (const auto* attribution : by_number(sources_)) append_text<std::uint16_t>(tables, *attribution);
  for (const auto* type : by_number(types_)) append_text<std::uint8_t>(tables, *type);
  for (const auto* types : by_number(kinds_)) {
    append_le(tables, static_cast<std::uint8_t>(types->size()));
    for (const auto type : *types) append_le(tables, type);
  }
  tables.resize(aligned(tables.size()));

  const auto head_bytes = tables_at + tables.size();
  std::string checked;
  append_le(checked, std::uint64_t{head_bytes + body_bytes}, body_checksum, count, text_bytes,
            static_cast<std::uint32_t>(sources_.size()), static_cast<std::uint32_t>(types_.size()),
            static_cast<std::uint32_t>(kinds_.size()), std::uint32_t{0});
  checked += tables;

  std::string out(magic);
  append_le(out, PlaceFile::version, static_cast<std::uint32_t>(head_bytes),
            std::uint64_t{XXH3_64bits(checked.data(), checked.size())});
  return out += checked;
}

/// Leaves of several places with the same id the right one.
Result<std::uint64_t> PlaceFileWriter::order_by_cell(ExternalSort& by_cell, const OnProgress& on_progress) {
  if (const auto finished = by_id_.finish(); !finished) return finished.error();
  std::uint64_t seen = 0;
  ExternalSort::Key last{};
  for (;;) {
    const auto item = by_id_.next();
    if (!item) return item.error();
    if (!*item) break;
    const auto& [key, packed] = **item;
    const bool is_known = seen != 0 && key[0] == last[0] && key[1] == last[1];
    last = key;
    if (on_progress && seen % told_every == 0) {
      on_progress(0.5 * static_cast<double>(seen) / static_cast<double>(by_id_.size()));
    }
    ++seen;
    if (is_known) continue;
    // Places in one spot stand in an order that does not depend on what else there is.
    const auto added = by_cell.add({cell_order(unpack(packed).location), key[0], key[1], 0}, packed);
    if (!added) return added.error();
  }
  if (const auto finished = by_cell.finish(); !finished) return finished.error();
  return by_cell.size();
}

Result<void> PlaceFileWriter::write_file(const std::filesystem::path& path, ExternalSort& by_cell, std::uint64_t count,
                                         const OnProgress& on_progress) {
  auto file = RawFile::create(path);
  if (!file) return file.error();
  const auto body_begin = head(0, 0, 0, 0).size();
  const auto sets = sets_of_types();
  Body body(*file, body_begin, count);
  for (std::uint64_t written = 0; written < count; ++written) {
    const auto item = by_cell.next();
    if (!item) return item.error();
    const auto place = unpack(item->value().value);
    if (const auto added = body.add(place, sets[place.kind]); !added) return added;
    if (on_progress && written % told_every == 0) {
      on_progress(0.5 + 0.5 * static_cast<double>(written) / static_cast<double>(count));
    }
  }
  if (const auto finished = body.finish(); !finished) return finished;
  const auto sum = checksum(*file, body_begin, body.end());
  if (!sum) return sum.error();
  if (const auto done = file->write(0, head(count, body.text_bytes(), body.end() - body_begin, *sum)); !done)
    return done;
  return file->sync();
}

Result<std::uint64_t> PlaceFileWriter::write(const OnProgress& on_progress) {
  ExternalSort by_cell(beside(file_, ".tmp.cells"), memory_bytes_);
  auto count = order_by_cell(by_cell, on_progress);
  if (!count) return count.error();
  const auto unfinished = beside(file_, ".tmp");
  auto written = write_file(unfinished, by_cell, *count, on_progress);
  std::error_code error;
  if (written) std::filesystem::rename(unfinished, file_, error);
  if (error) written = Error{file_.string() + ": cannot be replaced: " + error.message() + "; check its folder"};
  if (written) return count;
  std::filesystem::remove(unfinished, error);
  return written.error();
}

}  // namespace herd::places
