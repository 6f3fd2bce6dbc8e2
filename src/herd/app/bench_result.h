#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "herd/base/time.h"
#include "herd/load/latency_histogram.h"
#include "herd/net/process_usage.h"

namespace herd::app {

/// How soon reports were seen at another server.
struct SeenResult {
  std::string at;
  load::LatencyHistogram spans;
  load::LatencyHistogram resolution;  ///< between the answer that showed a report and the one before
  std::uint64_t unseen = 0;           ///< not within SeenProbe::patience
  std::string failure;                ///< why it ended before its time; empty: it did not
};

/// Whether the newest reports were held in the end.
struct HeldResult {
  struct Server {
    std::string name;
    std::uint64_t lost = 0;
    std::string first_lost;  ///< the first client of them; empty: none
    std::string error;       ///< why it could not be asked; empty: it was
  };
  std::uint64_t clients = 0;  ///< asked about at each server
  bool all_clients = false;   ///< whether these are all that reported
  Duration settled = 0;       ///< after the last answer, asking included
  std::vector<Server> servers;

  std::uint64_t lost() const;
  bool all_asked() const;
};

/// What a server's processes used while the reports were counted.
struct ServerUsage {
  std::string name;
  std::string address;
  std::uint64_t connections = 0;          ///< that reported to it
  std::vector<pid_t> processes;           ///< none: not on this machine, or not to be looked at
  std::optional<net::ProcessUsage> used;  ///< resident bytes: at the end; none if a process ended
};

/// A server of the herd that is neither watched nor asked.
struct LeftOut {
  std::string name;
  std::string reason;  ///< names it, too: "cannot connect to Riley at 127.0.0.1:12000: Connection refused"
};

/// All that `proxyherd bench` tells.
struct BenchResult {
  // What was asked for.
  std::optional<double> rate;  ///< none: closed loop
  std::uint64_t connections = 0;
  std::uint64_t pipeline = 0;
  std::uint64_t clients = 0;
  std::uint64_t id_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t seed = 0;
  double step_m = 0;
  Duration warm_up = 0;

  // What came of it.
  Duration elapsed = 0;        ///< from the end of the warm-up to the last answer
  std::uint64_t answered = 0;  ///< with an AT line or "? "
  std::uint64_t refused = 0;   ///< with "? ", warm-up included
  std::string first_refused;
  std::uint64_t unanswered = 0;
  std::uint64_t unsent = 0;
  std::vector<std::string> failures;  ///< connections that ended
  std::vector<double> per_second;     ///< answers in each whole second, a second
  load::LatencyHistogram latency;
  load::LatencyHistogram lateness;  ///< open loop: how late reports were sent, be it for want of a core
  std::vector<ServerUsage> servers;
  Duration generator_cpu = 0;
  std::uint64_t counted = 0;  ///< answers between the two readings of CPU time
  Duration usage_time = 0;    ///< between these readings
  std::optional<SeenResult> seen;
  std::optional<HeldResult> held;           ///< none if reports were refused, or nobody reported
  std::optional<double> copies_per_report;  ///< records that came in over links; none if not every server tells
  std::vector<LeftOut> left_out;            ///< servers of the herd whose line ports could not be spoken to
  bool interrupted = false;

  /// The servers did not answer all that was due (open loop), or not in time.
  bool overloaded() const { return unanswered + unsent > 0; }
  /// Of an overloaded herd: all answers by the time of usage, be they to reports from before the measurement.
  double reports_per_s() const;
  /// Of all servers together, in ns; none if it is not known of each.
  std::optional<double> cpu_per_report() const;
  /// Every report was answered with an AT line, none was lost, every server could be asked.
  bool succeeded() const;
};

/// One object, one line.
std::string bench_json(const BenchResult& result);

/// For people.
std::string bench_text(const BenchResult& result, bool coloured);

}  // namespace herd::app
