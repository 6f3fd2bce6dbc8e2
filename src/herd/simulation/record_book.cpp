#include "herd/simulation/record_book.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>

#include "herd/base/text.h"
#include "herd/wire/attributes.h"
#include "herd/wire/posix_time.h"

namespace herd::simulation {
namespace {

constexpr std::array<std::string_view, 3> places{"+34.068930-118.445127", "+0.5-0.5", "-33.8599358+151.2090295"};

std::string_view packed_attributes(unsigned which) {
  static const std::array<std::string, 3> packed{"", wire::pack({.accuracy_m = 15}),
                                                 wire::pack({.battery_percent = 50})};
  return packed[which % packed.size()];
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

/// From its identity.
wire::Record parse(std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find('\n'));
  if (auto record = wire::parse_record(line)) {
    if (line.size() < bytes.size()) record->attributes = bytes.substr(line.size() + 1);
    return *record;
  }
  auto rest = line;
  [[maybe_unused]] const auto kind = take_word(rest);
  assert(kind == "FORGOTTEN");
  wire::Record tombstone;
  tombstone.style = wire::RecordStyle::tombstone();
  tombstone.server = take_word(rest);
  const auto difference = wire::parse_difference(take_word(rest));
  tombstone.client = take_word(rest);
  tombstone.client_time = wire::parse_posix_time(rest).value();
  tombstone.heard_at = tombstone.client_time + difference.value();
  return tombstone;
}

void append_time(std::string& out, Time time) {
  append_number(out, time / second);
  auto fraction = time % second;
  if (fraction == 0) return;
  std::array<char, 10> digits;
  for (auto i = digits.size() - 1; i > 0; --i, fraction /= 10) digits[i] = static_cast<char>('0' + fraction % 10);
  digits[0] = '.';
  out.append(digits.data(), digits.size());
}

}  // namespace

RecordBook::Id RecordBook::add(std::string_view server, std::uint32_t client, Time client_time, Time heard_at,
                               unsigned place, unsigned attributes) {
  line_ = "AT ";
  line_.append(server).append(" ");
  wire::append_difference(line_, heard_at - client_time);
  line_.append(" c");
  append_number(line_, std::uint64_t{client});
  line_.append(" ").append(places[place % places.size()]).append(" ");
  append_time(line_, client_time);
  const auto plain = add(client);
  const auto packed = packed_attributes(attributes);
  if (packed.empty()) return plain;
  line_.append("\n").append(packed);
  return add(client);
}

RecordBook::Id RecordBook::add_tombstone(std::string_view server, std::uint32_t client, Id held, Time now) {
  std::string name = "c";
  append_number(name, std::uint64_t{client});
  wire::Record nothing;
  nothing.client = name;
  const auto tombstone = wire::tombstone_of(held == none ? nothing : entries_[held].record, server, now);
  line_.clear();
  wire::append_identity(line_, tombstone.value());
  return add(client);
}

/// What is in `line_`.
RecordBook::Id RecordBook::add(std::uint32_t client) {
  auto at = place_of(line_);
  if (index_[at] != none) return index_[at];
  if ((entries_.size() + 1) * 2 > index_.size()) {
    index_.assign(index_.size() * 2, none);
    for (Id id = 0; id < entries_.size(); ++id) index_[place_of(entries_[id].bytes)] = id;
    at = place_of(line_);
  }
  const auto id = static_cast<Id>(entries_.size());
  auto& entry = entries_.emplace_back();
  entry.bytes = line_;
  entry.record = parse(entry.bytes);
  entry.client = client;
  index_[at] = id;
  return id;
}

RecordBook::Id RecordBook::find(std::string_view bytes) const {
  return index_[place_of(bytes)];
}

std::size_t RecordBook::place_of(std::string_view bytes) const {
  const auto mask = index_.size() - 1;
  auto at = std::hash<std::string_view>{}(bytes)&mask;
  while (index_[at] != none && entries_[index_[at]].bytes != bytes) at = (at + 1) & mask;
  return at;
}

}  // namespace herd::simulation
