// What a report, its answer, a neighbour's record, a batch for a link and an AT line cost at a server that holds a
// thousand, a million or ten million clients with ids of 23 bytes. The counter says what a client takes of memory,
// index included.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <ctime>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

#include "herd/flood/link.h"
#include "herd/node/node.h"
#include "herd/protocols/line_protocol.h"

namespace herd::node {
namespace {

constexpr Time noon = 1'700'000'000 * second;

class SilentLog : public TrafficLog {
 public:
  SilentLog() : TrafficLog(0) {}

 private:
  void write(Direction, std::string_view, std::string_view) override {}
};

std::string digits(std::size_t number, std::size_t count) {
  const auto text = std::to_string(number);
  return std::string(count - text.size(), '0') + text;
}

std::string client_id(std::size_t number) {
  return "client-" + digits(number, 8) + ".ucla.ed";
}

/// Reports of clients chosen at random, each `step` ns later than the one before, as lines.
class Reports {
 public:
  explicit Reports(std::size_t clients) : clients_(clients) {}

  std::string_view next(std::size_t count) {
    text_.clear();
    for (std::size_t i = 0; i < count; ++i) append(random_() % clients_);
    return text_;
  }

  std::string_view of_all(std::size_t first, std::size_t count) {
    text_.clear();
    for (std::size_t i = first; i < first + count; ++i) append(i);
    return text_;
  }

 private:
  void append(std::size_t client) {
    // A city of a degree each way, in which a client is at home somewhere and moves by some metres.
    const auto north = client * 2'654'435'761 % 999'000 + random_() % 1000;
    const auto west = client * 40'503 % 999'000 + random_() % 1000;
    ++time_;
    text_.append("IAMAT ").append(client_id(client)).append(" +34.").append(digits(north, 6)).append("-118.");
    text_.append(digits(west, 6)).append(" ").append(std::to_string(time_ / second)).append(".");
    text_.append(digits(static_cast<std::size_t>(time_ % second), 9)).append("\n");
  }

  std::size_t clients_;
  std::mt19937_64 random_{20261122};
  Time time_ = noon;
  std::string text_;
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// A server and one client's conversation with it; kept for the next benchmarks that want the same.
struct Served {
  explicit Served(std::size_t the_clients) : clients(the_clients), reports(the_clients) {
    const auto before = resident_bytes();
    for (std::size_t first = 0; first < clients; first += 1000) say(reports.of_all(first, 1000));
    bytes_per_client = (resident_bytes() - before) / static_cast<double>(clients);
  }

  void say(std::string_view lines) {
    replies.clear();
    protocol.push(lines);
    protocol.advance(noon, replies);
    protocol.keep();
  }

  std::size_t clients;
  Node node{"bench", "Riley", 50'000'000, 1};
  SilentLog log;
  protocols::LineProtocol protocol{node, log, 65'536, "127.0.0.1:5"};
  std::string replies;
  Reports reports;
  double bytes_per_client = 0;
};

Served& served_for(const benchmark::State& state) {
  static std::unique_ptr<Served> served;
  const auto clients = static_cast<std::size_t>(state.range(0));
  if (!served || served->clients != clients) {
    served.reset();
    served = std::make_unique<Served>(clients);
  }
  return *served;
}

constexpr std::size_t turn = 128;

/// The whole way of reports that a client pipelines: lines in, replies out, as the line port has it but for its socket.
void report_and_reply(benchmark::State& state) {
  auto& served = served_for(state);
  for (auto _ : state) {
    state.PauseTiming();
    const auto lines = served.reports.next(turn);
    state.ResumeTiming();
    served.say(lines);
    benchmark::DoNotOptimize(served.replies.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(turn));
  state.counters["bytes_per_client"] = served.bytes_per_client;
}

/// The table alone, for reports that were parsed already.
void upsert(benchmark::State& state) {
  auto& served = served_for(state);
  std::vector<store::RecordStore::Offer> offers;
  std::vector<std::string> ids(turn);
  std::mt19937_64 random(7);
  Time time = noon + 1000 * second;
  auto record = wire::parse_record("AT Riley +0.000000001 kiwi +34.068930-118.445127 1.000000000").value();
  for (auto _ : state) {
    state.PauseTiming();
    offers.clear();
    for (auto& id : ids) {
      id = client_id(random() % served.clients);
      record.client = id;
      record.client_time = record.heard_at = ++time;
      offers.push_back({record});
    }
    state.ResumeTiming();
    served.node.store().report(offers);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(turn));
}

/// A table that is filled from nothing: the longest that a thousand new clients took, in ms.
void grow(benchmark::State& state) {
  const auto clients = static_cast<std::size_t>(state.range(0));
  double longest_ms = 0;
  for (auto _ : state) {
    Node node("bench", "Riley", 50'000'000, 1);
    SilentLog log;
    protocols::LineProtocol protocol(node, log, 65'536, "127.0.0.1:5");
    Reports reports(clients);
    std::string replies;
    for (std::size_t first = 0; first < clients; first += 1000) {
      const auto lines = reports.of_all(first, 1000);
      const auto begin = std::clock();
      replies.clear();
      protocol.push(lines);
      protocol.advance(noon, replies);
      protocol.keep();
      longest_ms = std::max(longest_ms, 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["longest_1000_ms"] = longest_ms;
}

/// What a link reads from the change log and writes as one batch.
void link_batch(benchmark::State& state) {
  auto& served = served_for(state);
  auto& store = served.node.store();
  std::vector<store::Follower> followers(store.size());
  for (std::size_t i = 0; i < followers.size(); ++i) followers[i].resume(store.sequence(i));
  std::string batch;
  std::int64_t records = 0;
  for (auto _ : state) {
    state.PauseTiming();
    served.say(served.reports.next(turn));
    batch.clear();
    state.ResumeTiming();
    for (std::size_t i = 0; i < followers.size(); ++i) {
      const auto partition = store.open(i);
      wire::DataWriter data(batch, static_cast<std::uint16_t>(i), wire::RecordCoding::packed);
      auto looks_left = store::Follower::looks_per_turn;
      followers[i].read(*partition, {}, looks_left, [&](const auto& held) {
        data.add(held.record());
        ++records;
        return true;
      });
      data.finish(followers[i].position());
    }
    benchmark::DoNotOptimize(batch.data());
  }
  state.SetItemsProcessed(records);
}

/// The line that WHATSAT answers with.
void locate(benchmark::State& state) {
  auto& served = served_for(state);
  std::mt19937_64 random(7);
  for (auto _ : state) benchmark::DoNotOptimize(served.node.locate(client_id(random() % served.clients)));
  state.SetItemsProcessed(state.iterations());
}

/// The five nearest within 10 km of those whom somebody may read, the grid up to date.
void nearest_five_of(benchmark::State& state, const protocols::Grant& grant) {
  auto& served = served_for(state);
  while (!served.node.survey()) {
  }
  for (auto _ : state) benchmark::DoNotOptimize(served.node.near({340'689'300, -1'184'451'270}, 10'000, 5, grant));
  state.SetItemsProcessed(state.iterations());
}

void nearest_five(benchmark::State& state) {
  nearest_five_of(state, *protocols::Grant::everything());
}

/// Of every hundredth client.
void nearest_five_of_some(benchmark::State& state) {
  nearest_five_of(state, protocols::Grant({"client-*07.ucla.ed"}, {protocols::Verb::read}));
}

/// Of no client: as many are looked at as may be.
void nearest_five_of_none(benchmark::State& state) {
  nearest_five_of(state, protocols::Grant({"nobody-*"}, {protocols::Verb::read}));
}

/// Of five that are named.
void nearest_five_of_named(benchmark::State& state) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 5; ++i) names.push_back(client_id(100 * i));
  nearest_five_of(state, protocols::Grant(names, {protocols::Verb::read}));
}

BENCHMARK(grow)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(report_and_reply)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(upsert)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(link_batch)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(locate)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(nearest_five)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(nearest_five_of_some)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(nearest_five_of_none)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK(nearest_five_of_named)->Arg(1000)->Arg(1'000'000)->Arg(10'000'000);

}  // namespace
}  // namespace herd::node
