#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/load/load_target.h"
#include "herd/load/load_worker.h"

namespace herd::load {

struct LoadPlan {
  MovingClients clients;
  std::size_t connections = 50;  ///< at most as many as there are clients
  std::size_t threads = 1;       ///< at most as many as there are connections
  std::uint64_t pipeline = 1;
  std::optional<double> rate;  ///< open loop, reports a second in all; none: closed loop
  Duration warm_up = second;
  std::optional<Duration> duration = 10 * second;
  std::optional<std::uint64_t> reports;  ///< to count; `duration` or this
};

/// Sends reports from many connections and measures how they are answered.
class LoadGenerator {
 public:
  /// Connects to the targets in turn. The error names the target and the reason.
  static Result<std::unique_ptr<LoadGenerator>> connect(const LoadPlan& plan, const std::vector<LoadTarget>& targets);
  ~LoadGenerator();
  LoadGenerator(const LoadGenerator&) = delete;
  LoadGenerator& operator=(const LoadGenerator&) = delete;

  void start();
  /// When counting begins, by the steady clock. After start().
  Time measure_from() const { return measure_from_; }
  /// Sends nothing more; answers are still awaited for LoadShare::last_answers_max.
  void stop() { stop_ = true; }
  bool has_ended() const { return running_ == 0; }
  /// Waits until it has.
  void join();
  /// So far, warm-up included.
  std::uint64_t answered() const;

  // After join():
  LoadTally tally() const;
  std::uint64_t refused() const;
  std::string first_refused() const;  ///< empty: none
  /// A line for each connection that ended before its time: "Riley: Connection reset by peer".
  std::vector<std::string> failures() const;
  /// The time of the newest report of client `number`; 0 if there was none, or if its connection ended with reports
  /// unanswered, so that nobody knows which of them arrived.
  Time newest_time(std::uint64_t number) const;

 private:
  LoadGenerator(const LoadPlan& plan, const std::vector<LoadTarget>& targets) : plan_{plan}, targets_{targets} {}

  LoadPlan plan_;
  std::vector<LoadTarget> targets_;
  std::vector<std::unique_ptr<LoadWorker>> workers_;  // connection i belongs to number i modulo their count
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> running_ = 0;
  Time measure_from_ = 0;
};

}  // namespace herd::load
