#include "herd/simulation/record_book.h"

#include <array>
#include <cassert>
#include <functional>

#include "herd/base/text.h"
#include "herd/wire/posix_time.h"

namespace herd::simulation {
namespace {

constexpr std::array<std::string_view, 3> places{"+34.068930-118.445127", "+0.5-0.5", "-33.8599358+151.2090295"};

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
                               unsigned place) {
  line_ = "AT ";
  line_.append(server).append(" ");
  wire::append_difference(line_, heard_at - client_time);
  line_.append(" c");
  append_number(line_, std::uint64_t{client});
  line_.append(" ").append(places[place % places.size()]).append(" ");
  append_time(line_, client_time);

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
  const auto record = wire::parse_record(entry.bytes);
  assert(record);
  entry.record = *record;
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
