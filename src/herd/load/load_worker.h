#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "herd/base/time.h"
#include "herd/load/latency_histogram.h"
#include "herd/load/load_connection.h"
#include "herd/load/send_schedule.h"

namespace herd::load {

/// What one thread of a load generator is to do. Times are the steady clock's.
struct LoadShare {
  std::uint64_t pipeline = 1;                ///< closed loop: so many reports are sent at once, and all answers awaited
  std::optional<SendSchedule> schedule;      ///< open loop: when this thread's reports are due
  Time measure_from = 0;                     ///< reports sent (open loop: due) before are not counted
  std::optional<Time> end;                   ///< none are sent (open loop: due) from then on
  std::optional<std::uint64_t> reports_max;  ///< of those that are counted
  Duration last_answers_max = 5 * second;    ///< how long after the last report its answer may come
};

/// What became of the reports that count.
struct LoadTally {
  LatencyHistogram latency;
  LatencyHistogram lateness;     ///< open loop: from when a report was due until it was ready to be sent
  std::uint64_t answered = 0;    ///< answers of either kind
  std::uint64_t unanswered = 0;  ///< sent, but there was no answer in time
  std::uint64_t unsent = 0;      ///< open loop: due, but the servers took so long that there was no time to send them
  Time last_answer = 0;

  void add(const LoadTally& other);
};

/// One thread's connections and its loop.
///
/// Latency in closed loop: from just before a batch is sent until an answer of it was read. In open loop: from the time
/// when the report was due; those that were never answered count with the time that they had waited at the end.
class LoadWorker {
 public:
  explicit LoadWorker(std::vector<LoadConnection> connections);

  /// Sends and receives until all is sent and answered, or `stop` and the last answers have come, or no connection is
  /// left. To be called once, from any thread.
  void run(const LoadShare& share, const std::atomic<bool>& stop);

  /// Answers so far, warm-up included, while it runs.
  std::uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }

  /// After run().
  const LoadTally& tally() const { return tally_; }
  const std::vector<LoadConnection>& connections() const { return connections_; }

 private:
  struct State {
    Time sent_at = 0;            // closed loop: the batch under way
    bool counts = false;         // closed loop: whether it is measured
    std::uint64_t due = 0;       // open loop: reports that were due so far
    bool waits_to_send = false;  // as epoll knows it
  };

  void watch(std::size_t i, bool first);
  void start_batch(std::size_t i, const LoadShare& share);
  void send_due(const LoadShare& share, Time now);
  void send_until_level(std::size_t i, const LoadShare& share, Time now);
  void take_answers(std::size_t i, const LoadShare& share);
  void give_up_unanswered(const LoadShare& share, Time now);
  bool all_answered() const;
  std::uint64_t schedule_end(const LoadShare& share) const;
  Time due_time(const LoadShare& share, std::size_t i, std::uint64_t report) const;

  std::vector<LoadConnection> connections_;
  std::vector<State> states_;
  std::vector<char> buffer_;
  int epoll_ = -1;
  bool ending_ = false;
  std::uint64_t next_due_ = 0;  // open loop: the number of the next report of this thread
  std::uint64_t due_end_ = 0;   // open loop: the number after the last one
  std::uint64_t budget_ = 0;    // closed loop: how many counted reports may still be sent
  std::atomic<std::uint64_t> answered_ = 0;
  LoadTally tally_;
};

}  // namespace herd::load
