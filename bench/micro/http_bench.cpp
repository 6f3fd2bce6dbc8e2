// What a request costs beside its socket and its framing: from its head to its answer, and each report of many.

#include <benchmark/benchmark.h>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "herd/api/http_api.h"
#include "herd/api/report_batch.h"
#include "herd/api/report_reader.h"
#include "herd/base/json_leaves.h"
#include "herd/node/node.h"

namespace herd::api {
namespace {

constexpr Time now = 1621464828'223371889;
constexpr std::size_t clients = 10'000;
constexpr std::string_view body =
    R"({"lat":34.068930,"lon":-118.445127,"time":1621464827.959498503,"accuracy_m":15,"speed_mps":1.5})";

struct NoPlaces : places::Provider {
  void find_nearby(std::vector<places::NearbyQuery> /*queries*/, Found on_found) override { on_found({}); }
};

struct Open : protocols::Access {
  std::shared_ptr<const protocols::Grant> grant(const Credentials& /*credentials*/) const override {
    return protocols::Grant::everything();
  }
  bool admits(std::string_view /*address*/, unsigned /*requests*/, Time /*now*/) override { return true; }
  void count_denied() override {}
};

struct Silent : HttpApi::Self {
  void status(std::function<void(std::string)> done) override { done({}); }
  void metrics(std::function<void(std::string)> done) override { done({}); }
  std::string why_not_ready() override { return {}; }
};

struct Api {
  node::Node herd{"ucla", "Riley", 1'000'000, 1};
  NoPlaces places;
  Open access;
  Silent self;
  HttpApi api{herd, places, access, self, {}};
};

std::string report_of(std::size_t client, std::uint64_t time) {
  return R"({"client":"phone-)" + std::to_string(client) + R"(","lat":34.068930,"lon":-118.445127,"time":)" +
         std::to_string(time) + R"(.959498503,"accuracy_m":15})";
}

void put_a_report(benchmark::State& state) {
  Api all;
  std::vector<std::string> targets;
  for (std::size_t i = 0; i < clients; ++i) targets.push_back("/v1/clients/phone-" + std::to_string(i));
  std::size_t next = 0;
  for (auto _ : state) {
    const http::HttpHead head{
        "PUT",
        targets[next],
        {{"Host", "127.0.0.1:8080"}, {"Content-Type", "application/json"}, {"Content-Length", "95"}},
        "127.0.0.1:4711"};
    const auto exchange = all.api.begin(head, now);
    exchange->on_body(body, now);
    auto answer = exchange->finish(now);
    benchmark::DoNotOptimize(answer);
    next = (next + 1) % clients;
  }
}
BENCHMARK(put_a_report);

void get_a_client(benchmark::State& state) {
  Api all;
  const http::HttpHead put{"PUT", "/v1/clients/phone-7", {}, "127.0.0.1:4711"};
  const auto report = all.api.begin(put, now);
  report->on_body(body, now);
  report->finish(now);
  const http::HttpHead head{
      "GET", "/v1/clients/phone-7", {{"Host", "127.0.0.1:8080"}, {"Accept", "*/*"}}, "127.0.0.1:4711"};
  for (auto _ : state) {
    auto answer = all.api.begin(head, now)->finish(now);
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(get_a_client);

void read_a_report(benchmark::State& state) {
  ReportReader reader;
  const auto text = report_of(7, 1621464827);
  for (auto _ : state) {
    auto heard = reader.read(text, {}, now);
    benchmark::DoNotOptimize(heard);
  }
}
BENCHMARK(read_a_report);

void read_the_json_of_a_report(benchmark::State& state) {
  const auto text = report_of(7, 1621464827);
  for (auto _ : state) {
    std::size_t bytes = 0;
    const auto read = read_json(text, [&bytes](const JsonLeaf& leaf) { bytes += leaf.text.size(); });
    benchmark::DoNotOptimize(read.has_value());
    benchmark::DoNotOptimize(bytes);
  }
}
BENCHMARK(read_the_json_of_a_report);

/// Time per report of 100,000 in one body, as NDJSON, in parts of 64 KiB; every body is newer than the one before.
void batch_of_reports(benchmark::State& state) {
  constexpr std::size_t reports = 100'000;
  constexpr std::size_t part_bytes = 65'536;
  Api all;
  std::uint64_t time = 1621464827;
  for (auto _ : state) {
    state.PauseTiming();
    std::string text;
    for (std::size_t i = 0; i < reports; ++i) text += report_of(i % clients, time + i / clients) + "\n";
    time += reports / clients;
    state.ResumeTiming();
    ReportBatch batch(all.herd, {}, 16'384, ReportBatch::Form::json);
    std::string_view rest = text;
    for (; !rest.empty(); rest.remove_prefix(std::min(part_bytes, rest.size()))) {
      batch.push(rest.substr(0, part_bytes), now);
    }
    if (batch.finish(now).accepted != reports) state.SkipWithError("some were refused");
  }
  state.counters["reports"] = benchmark::Counter(static_cast<double>(reports) * static_cast<double>(state.iterations()),
                                                 benchmark::Counter::kIsRate);
}
BENCHMARK(batch_of_reports)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace herd::api
