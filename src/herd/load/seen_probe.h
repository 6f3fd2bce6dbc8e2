#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/load/latency_histogram.h"
#include "herd/load/load_target.h"
#include "herd/load/whatsat_conversation.h"

namespace herd::load {

/// How soon a report sent to one server is seen at another. About a hundred times a second it sends a report of a
/// client of its own to one of the servers, in turn, and asks the other one where that client is until it answers with
/// that report: one question at a time (several under way were seen to hold up each other and the herd), at first as
/// soon as the answer has come, later at intervals of 1/32 of the time since the report.
class SeenProbe {
 public:
  static constexpr Duration patience = 5 * second;

  /// Connects. The error names the server and the reason.
  static Result<std::unique_ptr<SeenProbe>> connect(const std::vector<LoadTarget>& sources, const LoadTarget& at);
  ~SeenProbe();
  SeenProbe(const SeenProbe&) = delete;
  SeenProbe& operator=(const SeenProbe&) = delete;

  /// Reports sent before `measure_from` (steady clock) do not count.
  void start(Time measure_from);
  /// Awaits the report under way, for `patience` at most, and ends.
  void stop();
  /// Waits until it can go on no longer.
  void join();

  // After stop():
  /// From just before the report was sent until an answer that shows it was received.
  const LatencyHistogram& spans() const { return spans_; }
  /// From the answer before that one, which did not show it: a span is too long by this at most.
  const LatencyHistogram& resolution() const { return resolution_; }
  /// Reports that were not seen within `patience`.
  std::uint64_t unseen() const { return unseen_; }
  /// Why it could not go on; empty if it could.
  const std::string& failure() const { return failure_; }

 private:
  struct Source {
    std::string name;
    net::ClientSocket socket;
    std::string client;
  };

  SeenProbe(std::string at, net::ClientSocket socket) : at_{std::move(at)}, asker_{std::move(socket)} {}

  void run(Time measure_from);
  bool probe(Source& source, Time measure_from);
  bool report(Source& source);
  bool await_answers(Time deadline);

  std::string at_;
  WhatsatConversation asker_;
  std::vector<Source> sources_;
  std::thread thread_;
  std::atomic<bool> stop_ = false;
  Time newest_ = 0;       // POSIX, of the report under way
  Time answered_at_ = 0;  // steady, of the newest answer
  LatencyHistogram spans_;
  LatencyHistogram resolution_;
  std::uint64_t unseen_ = 0;
  std::string failure_;
};

}  // namespace herd::load
