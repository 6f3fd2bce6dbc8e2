#include "herd/places/place_file.h"

#define XXH_INLINE_ALL
#include <algorithm>
#include <boost/interprocess/file_mapping.hpp>
#include <system_error>
#include <xxhash.h>

#include "herd/places/place_file_format.h"

namespace herd::places {
namespace {

using namespace format;
namespace ipc = boost::interprocess;

constexpr std::string_view remedy = "; restore it or make it again with \"proxyherd places import\"";

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
  if (head_bytes_ < tables_at || head_bytes_ > file.size() || head_bytes_ % head_alignment != 0) {
    return damaged("impossible size of the head", head_bytes_at);
  }
  if (load<std::uint64_t>(bytes + head_checksum_at) !=
      XXH3_64bits(bytes + file_bytes_at, head_bytes_ - file_bytes_at)) {
    return damaged("checksum of the head differs", head_checksum_at);
  }
  body_checksum_ = load<std::uint64_t>(bytes + body_checksum_at);

  const auto places = load<std::uint64_t>(bytes + place_count_at);
  const auto text_bytes = load<std::uint64_t>(bytes + text_bytes_at);
  const auto body = file.size() - head_bytes_;
  constexpr auto place_bytes = PlaceIndex::location_bytes + text_offset_bytes;
  // Compared first, so that nothing below overflows.
  if (places > body / place_bytes || text_bytes > body ||
      PlaceIndex::box_count(places) * PlaceIndex::box_bytes + places * place_bytes + text_bytes != body) {
    return damaged("number of places does not fit the size of the file", place_count_at);
  }

  const char* const boxes = bytes + head_bytes_;
  const char* const locations = boxes + PlaceIndex::box_count(places) * PlaceIndex::box_bytes;
  text_offsets_ = locations + places * PlaceIndex::location_bytes;
  texts_ = file.substr(file.size() - text_bytes);
  index_ = PlaceIndex(boxes, locations, places);
  return read_tables(file.substr(tables_at, head_bytes_ - tables_at));
}

Result<void> PlaceFile::read_tables(std::string_view tables) {
  const auto cut_off = [&](std::string_view what) { return damaged(what, head_bytes_ - tables.size()); };
  for (auto left = load<std::uint32_t>(all().data() + source_count_at); left != 0; --left) {
    const auto attribution = take_text<std::uint16_t>(tables);
    if (!attribution) return cut_off("table of sources is cut off");
    attributions_.push_back(*attribution);
  }
  for (auto left = load<std::uint32_t>(all().data() + kind_count_at); left != 0; --left) {
    const auto types = take_le<std::uint8_t>(tables);
    if (!types) return cut_off("table of types is cut off");
    auto& kind = kinds_.emplace_back();
    while (kind.size() < *types) {
      const auto type = take_text<std::uint8_t>(tables);
      if (!type) return cut_off("table of types is cut off");
      kind.push_back(*type);
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
  const auto offset = load<std::uint64_t>(text_offsets_ + number * text_offset_bytes);
  if (offset > texts_.size() || texts_.size() - offset < text_head_bytes) return std::nullopt;
  const char* head = texts_.data() + offset;
  const auto field = [&](std::size_t i) { return load<std::uint16_t>(head + 2 * i); };
  const std::size_t kind = field(0);
  const std::size_t source = field(1);
  auto rest = texts_.substr(offset + text_head_bytes);
  if (kind >= kinds_.size() || source >= attributions_.size() ||
      rest.size() < std::size_t{field(2)} + field(3) + field(4)) {
    return std::nullopt;
  }
  const auto take = [&](std::size_t length) {
    const auto text = rest.substr(0, length);
    rest.remove_prefix(length);
    return text;
  };
  const auto name = take(field(2));
  const auto place_id = take(field(3));
  const auto vicinity = take(field(4));
  return PlaceView{index_.location(number), name, place_id, kinds_[kind], vicinity, attributions_[source]};
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
