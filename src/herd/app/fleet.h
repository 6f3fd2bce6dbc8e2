#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "herd/app/gpx.h"
#include "herd/base/time.h"
#include "herd/geo/location.h"

namespace herd::app {

/// A recorded track as it is driven again: its pauses shortened to `pause_max`, and one second from its end back to
/// its beginning.
class Course {
 public:
  static constexpr Duration pause_max = 60 * second;

  /// `track` has at least one point.
  explicit Course(const Track& track);

  std::size_t size() const { return locations_.size(); }
  Duration lap() const { return offsets_.back() + second; }

  /// The first point at or after `offset` of a lap; size() if there is none.
  std::size_t first_from(Duration offset) const;

  /// When point `number` is reached, counting on through the laps: number size() is the first of the second lap.
  Duration time_of(std::uint64_t number) const;

  /// Where one is at `time`, which is not before that of point `number` and not after that of the next one.
  geo::Location between(std::uint64_t number, Duration time) const;

 private:
  std::vector<Duration> offsets_;  // from the beginning of a lap, ascending
  std::vector<geo::Location> locations_;
};

/// Clients that drive along courses and report where they are whenever they come to one of the recorded points. Times
/// are those of the replay: nanoseconds since it began, run faster or slower than any clock's by the caller.
class Fleet {
 public:
  struct Report {
    std::string_view client;
    geo::Location location;
  };

  /// With `loop` the clients drive on for ever, otherwise one lap each.
  explicit Fleet(bool loop) : loop_{loop} {}

  /// A client that is already `shift` along `course` (0 <= shift < lap()) when the replay begins. `course` outlives me.
  void add(std::string id, const Course& course, Duration shift);

  std::size_t size() const { return clients_.size(); }

  /// How many reports there are yet to come; without `loop` only.
  std::uint64_t reports_left() const { return reports_left_; }

  /// When the next report is due; none if all have arrived.
  std::optional<Duration> next_due() const;

  /// The report that is due first, with the place its client has come to by `now`, which is not before next_due().
  /// Points that its client has passed by since count as skipped. The view is good until the next add().
  Report take_report(Duration now);

  /// How many points were passed by without a report.
  std::uint64_t skipped() const { return skipped_; }

 private:
  struct Client {
    std::string id;
    const Course* course;
    Duration shift;
    std::uint64_t next;  // number of the point to report next
    std::uint64_t end;   // number of the point to stop at
  };
  struct Due {
    Duration time;
    std::size_t client;
    friend auto operator<=>(const Due&, const Due&) = default;
  };

  static Duration due_time(const Client& client, std::uint64_t number) {
    return client.course->time_of(number) - client.shift;
  }

  bool loop_;
  std::vector<Client> clients_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t reports_left_ = 0;
  std::uint64_t skipped_ = 0;
};

/// Ids for `count` clients that drive tracks of these names in turn: the first on each has the track's name with
/// white space made '-', those after it that with -2, -3 ... No two are alike, none is longer than a server takes.
std::vector<std::string> client_ids(const std::vector<Track>& tracks, std::size_t count);

}  // namespace herd::app
