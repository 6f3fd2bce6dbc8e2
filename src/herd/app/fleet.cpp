#include "herd/app/fleet.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <unordered_set>

#include "herd/base/text.h"

namespace herd::app {

Course::Course(const Track& track) {
  Duration offset = 0;
  Time before = track.points.front().time;
  for (const auto& point : track.points) {
    offset += std::min(point.time - before, pause_max);
    before = point.time;
    offsets_.push_back(offset);
    locations_.push_back(point.location);
  }
}

std::size_t Course::first_from(Duration offset) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(offsets_, offset) - offsets_.begin());
}

Duration Course::time_of(std::uint64_t number) const {
  return static_cast<Duration>(number / size()) * lap() + offsets_[number % size()];
}

geo::Location Course::between(std::uint64_t number, Duration time) const {
  const auto from = locations_[number % size()];
  const auto to = locations_[(number + 1) % size()];
  const auto begin = time_of(number);
  const auto span = time_of(number + 1) - begin;
  // Nobody drives from the end of a lap to its beginning, nor over the antimeridian the long way round.
  const std::int64_t eastward = std::int64_t{to.longitude_e7} - from.longitude_e7;
  if (span <= 0 || (number + 1) % size() == 0 || std::abs(eastward) > 1'800'000'000) return from;
  const double part = std::clamp(static_cast<double>(time - begin) / static_cast<double>(span), 0.0, 1.0);
  const auto north = static_cast<double>(std::int64_t{to.latitude_e7} - from.latitude_e7);
  return {from.latitude_e7 + static_cast<std::int32_t>(part * north),
          from.longitude_e7 + static_cast<std::int32_t>(part * static_cast<double>(eastward))};
}

void Fleet::add(std::string id, const Course& course, Duration shift) {
  const auto first = course.first_from(shift);
  const auto end = loop_ ? std::numeric_limits<std::uint64_t>::max() : first + course.size();
  clients_.push_back({std::move(id), &course, shift, first, end});
  due_.push({due_time(clients_.back(), first), clients_.size() - 1});
  reports_left_ += course.size();
}

std::optional<Duration> Fleet::next_due() const {
  return due_.empty() ? std::nullopt : std::optional{due_.top().time};
}

Fleet::Report Fleet::take_report(Duration now) {
  const auto index = due_.top().client;
  due_.pop();
  auto& client = clients_[index];
  auto& number = client.next;
  std::uint64_t passed = 1;
  for (; number + 1 < client.end && due_time(client, number + 1) <= now; ++number) ++passed;
  const bool arrives = number + 1 == client.end;
  const auto location =
      client.course->between(number, arrives ? due_time(client, number) + client.shift : now + client.shift);
  skipped_ += passed - 1;
  if (!loop_) reports_left_ -= passed;
  if (++number < client.end) due_.push({due_time(client, number), index});
  return {client.id, location};
}

std::vector<std::string> client_ids(const std::vector<Track>& tracks, std::size_t count) {
  constexpr std::size_t bytes_max = 1000;  // far below what the protocol allows, with room for numbers
  std::vector<std::string> ids;
  std::unordered_set<std::string> taken;
  std::vector<std::uint64_t> copies(tracks.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    const auto track = i % tracks.size();
    auto base = tracks[track].name.substr(0, bytes_max);
    std::ranges::replace_if(base, is_space, '-');
    for (;;) {
      auto id = base;
      if (const auto copy = ++copies[track]; copy > 1) {
        id += '-';
        append_number(id, copy);
      }
      if (!taken.insert(id).second) continue;
      ids.push_back(std::move(id));
      break;
    }
  }
  return ids;
}

}  // namespace herd::app
