#include "herd/wire/record.h"

#include <algorithm>

#include "herd/base/text.h"
#include "herd/wire/attributes.h"
#include "herd/wire/command.h"

namespace herd::wire {
namespace {

/// Takes a field and the single space after it; empty if there is no such thing.
std::string_view take_word(std::string_view& text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return {};
  const auto word = text.substr(0, space);
  text.remove_prefix(space + 1);
  return word;
}

bool is_word(std::string_view word, std::size_t bytes_max) {
  if (word.empty() || word.size() > bytes_max) return false;
  unsigned spaces = 0;  // not left early: the loop over a short word is then a handful of vector instructions
  for (const char c : word) spaces |= is_space(c) ? 1U : 0U;
  return spaces == 0;
}

bool is_heard_in_range(Time heard_at) {
  return heard_at >= 0 && heard_at <= posix_seconds_max * second;
}

/// Apart, since few records come this way.
[[gnu::noinline]] bool is_packed(std::string_view attributes) {
  return unpack_attributes(attributes).has_value();
}

WrittenTime time_of_tombstone(const Record& record) {
  return {record.client_time, {TimeStyle::nanoseconds}};
}

void append_place_and_time(std::string& out, const Record& record) {
  if (record.is_tombstone()) {
    append_posix_time(out, time_of_tombstone(record));
  } else if (record.style.is_verbatim()) {
    out.append(record.verbatim_location).append(" ").append(record.verbatim_time);
  } else {
    geo::append_iso6709(out, {record.location, record.style.location()});
    out += ' ';
    append_posix_time(out, {record.client_time, record.style.time()});
  }
}

}  // namespace

RecordStyle::RecordStyle(geo::LocationStyle location, TimeStyle time) {
  if (location.is_verbatim() || time.is_verbatim()) return;
  bits_ = static_cast<std::uint16_t>(location.bits << 4U | time.bits);
}

Record record_of(const Iamat& report, std::string_view server, Time now) {
  Record record;
  record.server = server;
  record.client = report.client;
  record.location = report.position;
  record.client_time = report.client_time;
  record.heard_at = now;
  record.style = RecordStyle(report.location_style, report.time_style);
  if (record.style.is_verbatim()) {
    record.verbatim_location = report.location;
    record.verbatim_time = report.time;
  }
  return record;
}

std::optional<Record> tombstone_of(const Record& held, std::string_view server, Time now) {
  Record record;
  record.server = server;
  record.client = held.client;
  record.client_time = std::max(now, held.effective_time() + 1);
  // The clock of whoever heard the client may be far ahead of ours: what is held must lose all the same.
  record.heard_at = std::max(now, record.client_time - ahead_max);
  record.style = RecordStyle::tombstone();
  if (!is_valid(record)) return std::nullopt;
  return record;
}

std::optional<Record> parse_record(std::string_view line) {
  if (!line.starts_with("AT ")) return std::nullopt;
  line.remove_prefix(3);
  const auto server = take_word(line);
  const auto difference = parse_difference(take_word(line));
  Iamat report;
  report.client = take_word(line);
  report.location = take_word(line);
  report.time = line;
  const auto location = geo::parse_written_iso6709(report.location);
  const auto time = parse_written_posix_time(report.time);
  if (!difference || !location || !time || !is_word(server, server_bytes_max) ||
      !is_word(report.client, client_bytes_max)) {
    return std::nullopt;
  }
  report.position = location->location;
  report.location_style = location->style;
  report.client_time = time->time;
  report.time_style = time->style;
  Time heard_at = 0;
  if (__builtin_add_overflow(time->time, *difference, &heard_at) || !is_heard_in_range(heard_at)) return std::nullopt;
  return record_of(report, server, heard_at);
}

void append_line(std::string& out, const Record& record) {
  out.append(record.is_tombstone() ? "FORGOTTEN " : "AT ").append(record.server).append(" ");
  append_difference(out, record.heard_at - record.client_time);
  out.append(" ").append(record.client).append(" ");
  append_place_and_time(out, record);
}

void append_line(std::string& out, std::string_view server, Time now, const Iamat& report) {
  out.append("AT ").append(server).append(" ");
  append_difference(out, now - report.client_time);
  out.append(" ");
  const auto* const begin = report.client.data();
  const auto* const end = report.time.data() + report.time.size();
  const auto bytes = report.client.size() + report.location.size() + report.time.size() + 2;
  const auto is_single_spaced = static_cast<std::size_t>(end - begin) == bytes && report.location.data()[-1] == ' ' &&
                                report.time.data()[-1] == ' ';
  if (is_single_spaced) {
    out.append(begin, bytes);
  } else {
    out.append(report.client).append(" ").append(report.location).append(" ").append(report.time);
  }
}

void append_identity(std::string& out, const Record& record) {
  append_line(out, record);
  if (!record.attributes.empty()) out.append("\n").append(record.attributes);
}

bool is_valid(const Record& record) {
  if (!is_word(record.server, server_bytes_max) || !is_word(record.client, client_bytes_max) ||
      !is_heard_in_range(record.heard_at)) {
    return false;
  }
  if (record.is_tombstone()) {
    return is_canonical(time_of_tombstone(record)) && record.location == geo::Location() && record.attributes.empty();
  }
  return (record.style.is_verbatim() || (geo::is_canonical({record.location, record.style.location()}) &&
                                         is_canonical({record.client_time, record.style.time()}))) &&
         (record.attributes.empty() || is_packed(record.attributes));
}

std::strong_ordering compare(const Record& a, const Record& b) {
  if (const auto order = a.effective_time() <=> b.effective_time(); order != 0) return order;
  if (const auto order = a.client_time <=> b.client_time; order != 0) return order;
  if (const auto order = b.heard_at <=> a.heard_at; order != 0) return order;
  if (const auto order = a.server <=> b.server; order != 0) return order;
  if (a == b) return std::strong_ordering::equal;
  std::string bytes_of_a(a.client);
  std::string bytes_of_b(b.client);
  append_place_and_time(bytes_of_a += ' ', a);
  append_place_and_time(bytes_of_b += ' ', b);
  if (const auto order = bytes_of_a <=> bytes_of_b; order != 0) return order;
  return a.attributes <=> b.attributes;
}

}  // namespace herd::wire
