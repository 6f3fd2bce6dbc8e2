#include "herd/places/place_file.h"

#define XXH_INLINE_ALL
#include <algorithm>
#include <array>
#include <boost/interprocess/file_mapping.hpp>
#include <system_error>
#include <xxhash.h>

#include "herd/places/place_file_format.h"

namespace herd::places {
namespace {

using namespace format;
namespace ipc = boost::interprocess;

constexpr std::string_view remedy = "; restore it or make it again with \"proxyherd places import\"";

/// Takes what one place has in the texts off the front of `bytes`; none if it is cut off.
std::optional<std::string_view> take_text(std::string_view& bytes) {
  const auto length = take_varint(bytes);
  return length ? take_bytes(bytes, *length) : std::nullopt;
}

/// Takes a text that follows its length off the front of `bytes`; none if it is cut off.
template <class Length>
std::optional<std::string_view> take_text(std::string_view& bytes) {
  const auto length = take_le<Length>(bytes);
  return length ? take_bytes(bytes, *length) : std::nullopt;
}

}  // namespace

std::string_view PlaceFile::all() const {
  return {static_cast<const char*>(region_.get_address()), region_.get_size()};
}

Error PlaceFile::damaged(std::string_view what, std::uint64_t at) const {
  std::string message = path_.string();
  message.append(": ").append(what).append(" at byte ").append(std::to_string(at));
  return {message.append(remedy)};
}

Result<PlaceFile> PlaceFile::open(const std::filesystem::path& file, std::uint64_t verified_bytes_max) {
  PlaceFile opened;
  opened.path_ = file;
  std::error_code error;
  // Asked first, as opening a pipe would wait for its writer.
  if (!std::filesystem::is_regular_file(file, error)) {
    return Error{file.string() + ": " + (error ? error.message() : "not a file") +
                 "; name a file made with \"proxyherd places import\""};
  }
  if (std::filesystem::file_size(file, error) < tables_at) return opened.damaged("place file ends too early,", 0);
  try {
    const ipc::file_mapping mapping(file.c_str(), ipc::read_only);
    opened.region_ = ipc::mapped_region(mapping, ipc::read_only);
  } catch (const ipc::interprocess_exception& exception) {
    return Error{file.string() + ": cannot be read: " + exception.what() + "; check its permissions"};
  }
  if (const auto head = opened.read_head(); !head) return head.error();
  if (opened.bytes() <= verified_bytes_max) {
    if (const auto verified = opened.verify(); !verified) return verified.error();
  }
  return opened;
}

Result<void> PlaceFile::read_head() {
  const auto file = all();
  const char* bytes = file.data();
  if (file.size() < tables_at) return damaged("place file ends too early,", file.size());
  if (!file.starts_with(magic)) {
    return Error{path_.string() + ": not a place file: it does not begin with " + std::string(magic) +
                 R"(; make one with "proxyherd places import")"};
  }
  if (const auto found = load<std::uint32_t>(bytes + version_at); found != version) {
    return Error{path_.string() + ": place file of version " + std::to_string(found) + " at byte " +
                 std::to_string(version_at) + ", but this proxyherd reads version " + std::to_string(version) +
                 "; import it again with this proxyherd, or use the one that made it"};
  }
  if (const auto stated = load<std::uint64_t>(bytes + file_bytes_at); stated != file.size()) {
    return damaged(
        "place file has " + std::to_string(file.size()) + " bytes, not the " + std::to_string(stated) + " stated",
        file_bytes_at);
  }
  head_bytes_ = load<std::uint32_t>(bytes + head_bytes_at);
  if (head_bytes_ < tables_at || head_bytes_ > file.size() || head_bytes_ % alignment != 0) {
    return damaged("impossible size of the head", head_bytes_at);
  }
  if (load<std::uint64_t>(bytes + head_checksum_at) !=
      XXH3_64bits(bytes + file_bytes_at, head_bytes_ - file_bytes_at)) {
    return damaged("checksum of the head differs", head_checksum_at);
  }
  body_checksum_ = load<std::uint64_t>(bytes + body_checksum_at);

  const auto places = load<std::uint64_t>(bytes + place_count_at);
  const auto text_bytes = load<std::uint64_t>(bytes + text_bytes_at);
  // Compared first, so that nothing below overflows.
  if (places > file.size() / PlaceIndex::location_bytes || text_bytes > file.size() ||
      Layout(head_bytes_, places).texts + text_bytes != file.size()) {
    return damaged("number of places does not fit the size of the file", place_count_at);
  }
  const Layout layout(head_bytes_, places);
  index_ = PlaceIndex(bytes + layout.boxes, bytes + layout.locations, places);
  kind_numbers_ = bytes + layout.kinds;
  leaves_ = bytes + layout.leaves;
  texts_ = file.substr(layout.texts);
  return read_tables(file.substr(tables_at, head_bytes_ - tables_at));
}

Result<void> PlaceFile::read_tables(std::string_view tables) {
  const auto cut_off = [&](std::string_view what) { return damaged(what, head_bytes_ - tables.size()); };
  for (auto left = load<std::uint32_t>(all().data() + source_count_at); left != 0; --left) {
    const auto attribution = take_text<std::uint16_t>(tables);
    if (!attribution) return cut_off("table of sources is cut off");
    attributions_.push_back(*attribution);
  }
  for (auto left = load<std::uint32_t>(all().data() + type_count_at); left != 0; --left) {
    const auto type = take_text<std::uint8_t>(tables);
    if (!type) return cut_off("table of types is cut off");
    types_.push_back(*type);
  }
  for (auto left = load<std::uint32_t>(all().data() + kind_count_at); left != 0; --left) {
    const auto size = take_le<std::uint8_t>(tables);
    if (!size) return cut_off("table of kinds is cut off");
    auto& kind = kinds_.emplace_back();
    while (kind.size() < *size) {
      const auto type = take_le<std::uint16_t>(tables);
      if (!type) return cut_off("table of kinds is cut off");
      if (*type >= types_.size()) return cut_off("a kind has a type that there is not");
      kind.push_back(types_[*type]);
    }
  }
  return {};
}

Result<void> PlaceFile::verify() const {
  const auto body = all().substr(head_bytes_);
  if (XXH3_64bits(body.data(), body.size()) != body_checksum_) {
    return damaged("checksum of the body differs", body_checksum_at);
  }
  return {};
}

std::optional<PlaceView> PlaceFile::place(std::uint64_t number) const {
  const auto kind = load<std::uint16_t>(kind_numbers_ + number * kind_bytes);
  const auto begin = load<std::uint64_t>(leaves_ + number / PlaceIndex::fanout * leaf_bytes);
  if (kind >= kinds_.size() || begin > texts_.size()) return std::nullopt;
  auto texts = texts_.substr(begin);
  auto text = take_text(texts);
  for (auto skipped = number % PlaceIndex::fanout; text && skipped != 0; --skipped) text = take_text(texts);
  if (!text) return std::nullopt;

  const auto origin = take_varint(*text);
  if (!origin || *origin / status_count >= attributions_.size()) return std::nullopt;
  std::array<std::uint64_t, 4> lengths{};
  for (auto& length : lengths) {
    const auto taken = take_varint(*text);
    if (!taken) return std::nullopt;
    length = *taken;
  }
  std::array<std::string_view, 4> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = take_bytes(*text, lengths[i]);
    if (!field) return std::nullopt;
    fields[i] = *field;
  }
  return PlaceView{.location = index_.location(number),
                   .name = fields[0],
                   .place_id = fields[1],
                   .types = kinds_[kind],
                   .vicinity = fields[2],
                   .attribution = attributions_[*origin / status_count],
                   .other_names = fields[3],
                   .opening_hours = *text,
                   .status = static_cast<BusinessStatus>(*origin % status_count)};
}

std::vector<Nearest> PlaceFile::nearest(const NearbyQuery& query, const SearchWords& words) const {
  PlaceFilter filter;
  std::vector<bool> kinds;  // by kind number, if a type is asked for: whether it is of that type
  if (!query.type.empty()) {
    const auto type = std::ranges::find(types_, query.type);
    if (type == types_.end()) return {};
    filter.types = std::uint64_t{1} << (static_cast<std::size_t>(type - types_.begin()) % types_in_set);
    for (const auto& types : kinds_) kinds.push_back(std::ranges::find(types, query.type) != types.end());
  }
  if (!kinds.empty() || !words.empty()) {
    filter.accepts = [&](std::uint64_t number) {
      const auto kind = load<std::uint16_t>(kind_numbers_ + number * kind_bytes);
      if (!kinds.empty() && (kind >= kinds.size() || !kinds[kind])) return false;
      if (words.empty()) return true;
      const auto found = place(number);
      return found && words.match(*found);
    };
  }
  return index_.nearest(query.center, query.radius_m, query.limit, filter);
}

Result<std::vector<PlaceFile>> open_place_files(const std::vector<std::filesystem::path>& files) {
  std::vector<PlaceFile> opened;
  for (const auto& file : files) {
    auto one = PlaceFile::open(file);
    if (!one) return one.error();
    opened.push_back(std::move(*one));
  }
  return opened;
}

}  // namespace herd::places
