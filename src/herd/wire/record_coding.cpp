#include "herd/wire/record_coding.h"

#include <algorithm>
#include <cassert>

#include "herd/base/bytes.h"
#include "herd/wire/command.h"

namespace herd::wire {
namespace {

/// A server is known by its place among those named before in the message; this one stands for none of them.
constexpr std::uint8_t not_numbered = 255;

std::optional<std::string_view> take_text(std::string_view& bytes) {
  const auto length = take_le<std::uint32_t>(bytes);
  return length ? take_bytes(bytes, *length) : std::nullopt;
}

void append_text(std::string& out, std::string_view text) {
  append_le(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

/// Of the last bytes of a record, the client; what stands behind a space, which no client contains, are the attributes.
/// None of no bytes are never written so.
bool take_attributes(std::string_view& client, std::string_view& attributes) {
  const auto space = client.find(' ');
  if (space == std::string_view::npos) return true;
  attributes = client.substr(space + 1);
  client = client.substr(0, space);
  return !attributes.empty();
}

/// A record whose location or time is kept as it was written. One that need not be is none: it would have two codings.
std::optional<Record> unpack_verbatim(std::string_view bytes, std::string_view server, Time heard_at) {
  Iamat report;
  const auto location_text = take_text(bytes);
  const auto time_text = take_text(bytes);
  if (!location_text || !time_text) return std::nullopt;
  const auto location = geo::parse_written_iso6709(*location_text);
  const auto time = parse_written_posix_time(*time_text);
  if (!location || !time) return std::nullopt;
  report.client = bytes;
  report.location = *location_text;
  report.position = location->location;
  report.location_style = location->style;
  report.time = *time_text;
  report.client_time = time->time;
  report.time_style = time->style;
  const auto record = record_of(report, server, heard_at);
  if (!record.style.is_verbatim()) return std::nullopt;
  return record;
}

}  // namespace

void RecordEncoder::append(std::string& out, const Record& record) {
  assert(coding_ == RecordCoding::whole || !record.is_tombstone());
  if (coding_ == RecordCoding::lines) return append_line(out, record);

  // Mostly the very same bytes, not only equal ones.
  const auto is_this = [&](std::string_view name) {
    return name.data() == record.server.data() || name == record.server;
  };
  const auto named = std::ranges::find_if(servers_, is_this);
  const auto number = static_cast<std::size_t>(named - servers_.begin());
  append_le(out, static_cast<std::uint8_t>(std::min<std::size_t>(number, not_numbered)));
  if (named == servers_.end()) {
    append_le(out, static_cast<std::uint8_t>(record.server.size()));
    out.append(record.server);
    if (number < not_numbered) servers_.push_back(record.server);
  }
  if (record.style.is_verbatim()) {
    append_le(out, record.style.bits(), record.heard_at);
    append_text(out, record.verbatim_location);
    append_text(out, record.verbatim_time);
  } else if (record.is_tombstone()) {
    append_le(out, record.style.bits(), record.heard_at, record.client_time);
  } else {
    append_le(out, record.style.bits(), record.heard_at, record.client_time, record.location.latitude_e7,
              record.location.longitude_e7);
  }
  out.append(record.client);
  if (coding_ == RecordCoding::whole && !record.attributes.empty()) out.append(" ").append(record.attributes);
}

std::optional<Record> RecordDecoder::decode(std::string_view bytes) {
  if (coding_ == RecordCoding::lines) return parse_record(bytes);
  auto record = unpack(bytes);
  if (!record) return std::nullopt;
  if (coding_ == RecordCoding::whole) {
    if (!take_attributes(record->client, record->attributes)) return std::nullopt;
  } else if (record->is_tombstone()) {
    return std::nullopt;
  }
  if (!is_valid(*record)) return std::nullopt;
  return record;
}

std::optional<Record> RecordDecoder::unpack(std::string_view bytes) {
  const auto server = take_server(bytes);
  const auto style = take_le<std::uint16_t>(bytes);
  const auto heard_at = take_le<Time>(bytes);
  // Each of them: one that is not there leaves its bytes to those after it.
  if (!server || !style || !heard_at) return std::nullopt;
  if (RecordStyle(*style).is_verbatim()) return unpack_verbatim(bytes, *server, *heard_at);
  const auto client_time = take_le<Time>(bytes);
  if (client_time && RecordStyle(*style).is_tombstone()) {
    return Record{*server, bytes, {}, *client_time, *heard_at, RecordStyle(*style), {}, {}};
  }
  const auto latitude = take_le<std::int32_t>(bytes);
  const auto longitude = take_le<std::int32_t>(bytes);
  if (!client_time || !latitude || !longitude) return std::nullopt;
  return Record{*server, bytes, {*latitude, *longitude}, *client_time, *heard_at, RecordStyle(*style), {}, {}};
}

std::optional<std::string_view> RecordDecoder::take_server(std::string_view& bytes) {
  const auto number = take_le<std::uint8_t>(bytes);
  if (!number) return std::nullopt;
  if (*number < servers_.size()) return servers_[*number];
  if (*number != std::min<std::size_t>(servers_.size(), not_numbered)) return std::nullopt;
  const auto length = take_le<std::uint8_t>(bytes);
  if (!length) return std::nullopt;
  const auto name = take_bytes(bytes, *length);
  if (name && *number < not_numbered) servers_.push_back(*name);
  return name;
}

}  // namespace herd::wire
