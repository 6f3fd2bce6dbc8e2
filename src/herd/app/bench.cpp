#include "herd/app/bench.h"

#include <algorithm>
#include <boost/json.hpp>
#include <csignal>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <utility>

#include "herd/app/bench_progress.h"
#include "herd/app/progress_text.h"
#include "herd/load/held_check.h"
#include "herd/load/seen_probe.h"
#include "herd/net/client_socket.h"
#include "herd/net/clock.h"
#include "herd/net/http_client.h"

namespace herd::app {
namespace {

constexpr Duration answer_time_max = 5 * second;
constexpr Duration status_time_max = 5 * second;
/// How long no report may arrive at another server, until those that it does not hold are lost.
constexpr Duration agreement_time_max = 5 * second;
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

/// How many records have come in over links at all of these servers; none if one of them does not tell.
std::optional<std::uint64_t> records_in(const std::vector<BenchServer>& servers, const std::string& token) {
  std::vector<net::HttpTarget> targets;
  for (const auto& server : servers) {
    if (!server.http) return std::nullopt;
    targets.push_back({server.http->host, server.http->port, "/v1/status", token, server.http_trust});
  }
  std::uint64_t sum = 0;
  for (const auto& answer : net::http_get_all(targets, status_time_max)) {
    if (!answer) return std::nullopt;
    try {
      const auto status = boost::json::parse(answer->body);
      for (const auto& link : status.at("links").as_array()) sum += link.at("records_in").to_number<std::uint64_t>();
    } catch (const std::exception&) {
      return std::nullopt;  // another program's status, or another version's
    }
  }
  return sum;
}

class Bench {
 public:
  explicit Bench(const BenchOptions& options) : options_{options}, progress_{options.plan} {}

  BenchResult run() {
    watch_servers();
    auto generator = value_of(load::LoadGenerator::connect(options_.plan, load_targets(options_.targets)));
    std::unique_ptr<load::SeenProbe> probe;
    if (options_.seen_at) probe = connect_probe();
    const auto records_before = records_in(servers_, options_.token);
    generator->start();
    if (probe) probe->start(generator->measure_from());
    measure(*generator);
    if (probe) probe->stop();
    tell(*generator);
    if (probe) {
      result_.seen =
          SeenResult{options_.seen_at->name, probe->spans(), probe->resolution(), probe->unseen(), probe->failure()};
    }
    // Who was refused cannot be held.
    if (options_.held_clients_max > 0 && result_.refused == 0) check_held(*generator);
    const auto records_after = records_in(servers_, options_.token);
    if (servers_.size() > 1 && records_before && records_after && generator->answered() > 0) {
      result_.copies_per_report =
          static_cast<double>(*records_after - *records_before) / static_cast<double>(generator->answered());
    }
    progress_.clear();
    return std::move(result_);
  }

 private:
  template <class T>
  static T value_of(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return *std::move(result);
  }

  static std::vector<load::LoadTarget> load_targets(const std::vector<BenchServer>& servers) {
    std::vector<load::LoadTarget> targets;
    for (const auto& server : servers) targets.push_back(server.target());
    return targets;
  }

  void watch_servers() {
    const auto targets = options_.targets.size();
    for (std::size_t i = 0; i < targets; ++i) {
      const auto& target = options_.targets[i];
      auto socket = value_of(target.target().connect("; is it running? (proxyherd up, proxyherd serve NAME)"));
      const auto connections = (options_.plan.connections + targets - 1 - i) / targets;
      if (const auto watched = watch(target, connections, std::move(socket)); !watched) {
        throw std::runtime_error(watched.error().message);
      }
    }
    for (const auto& server : options_.others) {
      auto socket = server.target().connect("");
      const auto watched = socket ? watch(server, 0, *std::move(socket)) : Result<void>(socket.error());
      if (watched) continue;
      if (options_.seen_at && options_.seen_at->line == server.line) throw std::runtime_error(watched.error().message);
      result_.left_out.push_back({server.name, watched.error().message});
    }
  }

  /// The error says why the server cannot be watched.
  Result<void> watch(const BenchServer& server, std::uint64_t connections, net::ClientSocket socket) {
    const auto processes = net::find_listeners(socket.peer());
    if (const auto checked = load::check_line_port(std::move(socket), answer_time_max); !checked) {
      return Error{server.full_name() + " is no line port of a herd: " + checked.error().message};
    }
    servers_.push_back(server);
    watched_.push_back({{server.name, server.line.text(), connections, processes, {}}, {}});
    return {};
  }

  std::unique_ptr<load::SeenProbe> connect_probe() {
    auto sources = options_.targets;
    std::erase_if(sources, [this](const BenchServer& source) { return source.line == options_.seen_at->line; });
    return value_of(load::SeenProbe::connect(load_targets(sources), options_.seen_at->target()));
  }

  /// From start() until all threads have ended.
  void measure(load::LoadGenerator& generator) {
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

  void wait(load::LoadGenerator& generator, Duration time) {
    if (signals_.await(std::max<Duration>(time, 1))) {
      result_.interrupted = true;
      generator.stop();
    }
    progress_.show(generator.answered(), net::steady_now() - generator.measure_from());
  }

  void read_usage_before(const load::LoadGenerator& generator) {
    result_.usage_time = net::steady_now();
    result_.counted = generator.answered();
    result_.generator_cpu = net::own_cpu();
    for (auto& [usage, before] : watched_) before = net::usage_of(usage.processes);
  }

  void read_usage_after(const load::LoadGenerator& generator) {
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

  void tell(const load::LoadGenerator& generator) {
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
    result_.lateness = tally.lateness;
    result_.unanswered = tally.unanswered;
    result_.unsent = tally.unsent;
    result_.refused = generator.refused();
    result_.first_refused = generator.first_refused();
    result_.failures = generator.failures();
  }

  /// Asks every server for the newest reports of clients evenly chosen among those that reported.
  void check_held(const load::LoadGenerator& generator) {
    std::vector<std::uint64_t> reporters;
    for (std::uint64_t number = 0; number < options_.plan.clients.count; ++number) {
      if (generator.newest_time(number) != 0) reporters.push_back(number);
    }
    if (reporters.empty()) return;
    const auto count = std::min<std::uint64_t>(options_.held_clients_max, reporters.size());
    std::vector<load::HeldQuestion> questions;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto number = reporters[i * reporters.size() / count];
      questions.push_back({client_id(options_.plan.clients, number), generator.newest_time(number)});
    }
    auto& held = result_.held.emplace();
    held.clients = count;
    held.all_clients = count == reporters.size();
    const auto begin = net::steady_now();
    bool given_up = false;
    const auto give_up = [&] { return given_up = given_up || signals_.await(0); };
    for (const auto& server : servers_) {
      progress_.say("asking " + server.name + " for " + grouped(count) + " clients");
      auto& told = held.servers.emplace_back(server.name);
      auto socket = server.target().reach();
      const auto not_held = socket ? load::find_not_held(*std::move(socket), questions, agreement_time_max, give_up)
                                   : Result<std::vector<std::size_t>>(socket.error());
      if (!not_held) {
        told.error = not_held.error().message;
        continue;
      }
      told.lost = not_held->size();
      if (!not_held->empty()) told.first_lost = questions[not_held->front()].client;
    }
    held.settled = net::steady_now() - begin;
    result_.interrupted |= given_up;
  }

  const BenchOptions& options_;
  StopSignals signals_;
  BenchProgress progress_;
  std::vector<BenchServer> servers_;  // targets, then the others but for those left out
  std::vector<Watched> watched_;      // the same
  BenchResult result_;
};

}  // namespace

BenchResult run_bench(const BenchOptions& options) {
  return Bench{options}.run();
}

}  // namespace herd::app
