#include "herd/app/bench.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <stdexcept>

#include "herd/app/bench_progress.h"
#include "herd/net/clock.h"

namespace herd::app {
namespace {

constexpr Duration connect_time_max = 5 * second;
constexpr Duration tick = 20 * millisecond;

/// SIGINT and SIGTERM are waited for instead of doing what they do by themselves, in all threads started from now on.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// True if one came within the time.
  bool await(Duration time) const {
    const timespec timeout{time / second, time % second};
    return sigtimedwait(&signals_, nullptr, &timeout) > 0;
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

/// A server whose processes are watched.
struct Watched {
  ServerUsage usage;
  std::optional<net::ProcessUsage> before;
};

class Bench {
 public:
  explicit Bench(const BenchOptions& options) : options_{options}, progress_{options.plan} {}

  BenchResult run() {
    watch_servers();
    std::vector<net::LoadTarget> targets;
    for (const auto& [name, line] : options_.targets) {
      targets.push_back({full_name(name, line), line.host, line.port});
    }
    auto connected = net::LoadGenerator::connect(options_.plan, targets);
    if (!connected) throw std::runtime_error(connected.error().message);
    auto& generator = **connected;
    generator.start();
    measure(generator);
    progress_.clear();
    tell(generator);
    return std::move(result_);
  }

 private:
  /// What is told apart by name only if there is one besides the address.
  static std::string full_name(const std::string& name, const node::Endpoint& line) {
    return name == line.text() ? name : name + " at " + line.text();
  }

  void watch_servers() {
    const auto watch = [this](const BenchServer& server, std::uint64_t connections) {
      auto socket = net::ClientSocket::connect(server.line.host, server.line.port, connect_time_max);
      if (!socket) {
        throw std::runtime_error("cannot connect to " + full_name(server.name, server.line) + ": " +
                                 socket.error().message + "; is it running? proxyherd up");
      }
      watched_.push_back({{server.name, server.line.text(), connections, net::find_listeners(socket->peer()), {}}, {}});
    };
    const auto targets = options_.targets.size();
    for (std::size_t i = 0; i < targets; ++i) {
      watch(options_.targets[i], (options_.plan.connections + targets - 1 - i) / targets);
    }
    for (const auto& server : options_.others) watch(server, 0);
  }

  /// From start() until all threads have ended.
  void measure(net::LoadGenerator& generator) {
    const auto begin = generator.measure_from();
    while (!generator.has_ended() && net::steady_now() < begin) {
      wait(generator, std::min(tick, begin - net::steady_now()));
    }
    read_usage_before(generator);
    auto counted_from = net::steady_now();
    auto answered_before = generator.answered();
    const auto count_second = [&](Duration at_least) {
      const auto now = net::steady_now();
      if (now < counted_from + at_least) return;
      const auto answered = generator.answered();
      result_.per_second.push_back(static_cast<double>(answered - answered_before) * second /
                                   static_cast<double>(now - counted_from));
      counted_from = now;
      answered_before = answered;
    };
    while (!generator.has_ended()) {
      wait(generator, std::min(tick, counted_from + second - net::steady_now()));
      count_second(second);
    }
    count_second(second * 9 / 10);  // the last one may have ended a little early
    read_usage_after(generator);
    generator.join();
  }

  void wait(net::LoadGenerator& generator, Duration time) {
    if (signals_.await(std::max<Duration>(time, 1))) {
      result_.interrupted = true;
      generator.stop();
    }
    progress_.show(generator.answered(), net::steady_now() - generator.measure_from());
  }

  void read_usage_before(const net::LoadGenerator& generator) {
    result_.usage_time = net::steady_now();
    result_.counted = generator.answered();
    result_.generator_cpu = net::own_cpu();
    for (auto& [usage, before] : watched_) before = net::usage_of(usage.processes);
  }

  void read_usage_after(const net::LoadGenerator& generator) {
    for (auto& [usage, before] : watched_) {
      auto after = net::usage_of(usage.processes);
      if (!usage.processes.empty() && before && after) {
        usage.used = net::ProcessUsage{after->cpu - before->cpu, std::max<Duration>(after->waited - before->waited, 0),
                                       after->resident_bytes};
      }
      result_.servers.push_back(usage);
    }
    result_.generator_cpu = net::own_cpu() - result_.generator_cpu;
    result_.counted = generator.answered() - result_.counted;
    result_.usage_time = net::steady_now() - result_.usage_time;
  }

  void tell(const net::LoadGenerator& generator) {
    const auto& plan = options_.plan;
    result_.rate = plan.rate;
    result_.connections = plan.connections;
    result_.pipeline = plan.pipeline;
    result_.clients = plan.clients.count;
    result_.id_bytes = plan.clients.id_bytes;
    result_.step_m = plan.clients.step_m;
    result_.seed = plan.clients.seed;
    result_.threads = plan.threads;
    result_.warm_up = plan.warm_up;

    const auto tally = generator.tally();
    result_.elapsed = std::max<Duration>(tally.last_answer - generator.measure_from(), 0);
    result_.answered = tally.answered;
    result_.latency = tally.latency;
    result_.unanswered = tally.unanswered;
    result_.unsent = tally.unsent;
    result_.refused = generator.refused();
    result_.first_refused = generator.first_refused();
    result_.failures = generator.failures();
  }

  const BenchOptions& options_;
  StopSignals signals_;
  BenchProgress progress_;
  std::vector<Watched> watched_;
  BenchResult result_;
};

}  // namespace

BenchResult run_bench(const BenchOptions& options) {
  return Bench{options}.run();
}

}  // namespace herd::app
