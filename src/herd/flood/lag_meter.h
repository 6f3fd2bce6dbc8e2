#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "herd/base/time.h"

namespace herd::flood {

/// How old is the oldest change that a neighbour has not acknowledged? Memory is bounded: past `in_flight_max`
/// batches the newest are counted as one. It never says less than is true.
class LagMeter {
 public:
  static constexpr std::size_t in_flight_max = 1024;

  /// Progress in numbers that only grow, each a sum over the partitions.
  struct Progress {
    std::uint64_t stated = 0;  ///< positions stated to the neighbour, which it will acknowledge
    std::uint64_t read = 0;    ///< positions read from the change log
    std::uint64_t tail = 0;    ///< its ends
    bool drained = false;      ///< nothing is left to send
  };

  /// There is something to send that was not sent yet.
  void on_backlog(Time now);

  /// A batch left.
  void on_sent(Time now, const Progress& progress);

  /// Nothing is left to send, and there was no batch to send.
  void on_drained();

  /// The positions acknowledged add up to `stated`.
  void on_acknowledged(std::uint64_t stated);

  /// 0 if everything is acknowledged.
  Duration lag(Time now) const;

 private:
  struct Mark {
    Time at;
    std::uint64_t total;
  };

  std::optional<Time> backlog_since_;
  std::optional<Mark> tail_then_;  // once all up to this is sent, the backlog is no older than it
  std::deque<Mark> in_flight_;
};

}  // namespace herd::flood
