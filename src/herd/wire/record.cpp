#include "herd/wire/record.h"

#include "herd/base/text.h"
#include "herd/geo/location.h"
#include "herd/wire/posix_time.h"

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
  for (const char c : word) {
    if (is_space(c)) return false;
  }
  return true;
}

}  // namespace

std::optional<Record> parse_record(std::string_view line) {
  if (!line.starts_with("AT ")) return std::nullopt;
  Record record;
  record.bytes = line;
  line.remove_prefix(3);
  record.server = take_word(line);
  const auto difference = parse_difference(take_word(line));
  record.client = take_word(line);
  record.location = take_word(line);
  record.time = line;

  const auto client_time = parse_posix_time(record.time);
  if (!difference || !client_time || !is_word(record.server, server_bytes_max) ||
      !is_word(record.client, client_bytes_max) || !geo::parse_iso6709(record.location)) {
    return std::nullopt;
  }
  record.client_time = *client_time;
  if (__builtin_add_overflow(*client_time, *difference, &record.heard_at) || record.heard_at < 0 ||
      record.heard_at > posix_seconds_max * second) {
    return std::nullopt;
  }
  return record;
}

std::optional<std::string_view> client_of(std::string_view line) {
  for (int words_before = 3; words_before > 0; --words_before) take_word(line);
  const auto client = take_word(line);
  if (client.empty()) return std::nullopt;
  return client;
}

std::strong_ordering compare(const Record& a, const Record& b) {
  if (const auto order = a.effective_time() <=> b.effective_time(); order != 0) return order;
  if (const auto order = a.client_time <=> b.client_time; order != 0) return order;
  if (const auto order = b.heard_at <=> a.heard_at; order != 0) return order;
  if (const auto order = a.server <=> b.server; order != 0) return order;
  return a.bytes <=> b.bytes;
}

}  // namespace herd::wire
