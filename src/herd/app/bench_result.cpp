#include "herd/app/bench_result.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace herd::app {
namespace {

namespace json = boost::json;

/// To two decimals: a figure that a person may read.
double rounded(double value) {
  return std::round(value * 100) / 100;
}

double us(double ns) {
  return rounded(ns / 1000);
}

json::value text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::value_from(text);
}

json::value us_or_null(std::optional<double> ns) {
  if (!ns) return nullptr;
  return us(*ns);
}

json::object quantiles(const load::LatencyHistogram& spans) {
  const auto at = [&](double share) { return us(static_cast<double>(spans.quantile(share))); };
  return {{"count", spans.count()},
          {"min", us(static_cast<double>(spans.min()))},
          {"p50", at(0.5)},
          {"p90", at(0.9)},
          {"p99", at(0.99)},
          {"p99_9", at(0.999)},
          {"max", us(static_cast<double>(spans.max()))}};
}

double percent(Duration part, Duration whole) {
  return whole <= 0 ? 0 : rounded(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

/// Numbers as people write them, 48.39 where Boost.JSON writes 4.839E1.
void append_json(std::string& out, const json::value& value) {
  const auto append_list = [&](const auto& list, char open, char close, const auto& append_element) {
    out += open;
    bool first = true;
    for (const auto& element : list) {
      if (!std::exchange(first, false)) out += ',';
      append_element(element);
    }
    out += close;
  };
  if (const auto* object = value.if_object()) {
    append_list(*object, '{', '}', [&](const json::key_value_pair& pair) {
      out += json::serialize(pair.key()) + ':';
      append_json(out, pair.value());
    });
  } else if (const auto* array = value.if_array()) {
    append_list(*array, '[', ']', [&](const json::value& element) { append_json(out, element); });
  } else if (const auto* number = value.if_double()) {
    out += fmt::format("{}", *number);
  } else {
    out += json::serialize(value);
  }
}

json::array servers_json(const BenchResult& result) {
  json::array servers;
  for (const auto& server : result.servers) {
    json::object object{{"server", server.name},
                        {"address", server.address},
                        {"connections", server.connections},
                        {"pids", json::value_from(server.processes)},
                        {"cpu_s", nullptr},
                        {"cpu_us_per_report", nullptr},
                        {"busy_percent", nullptr},
                        {"waited_percent", nullptr},
                        {"resident_bytes", nullptr}};
    if (const auto& used = server.used) {
      object["cpu_s"] = static_cast<double>(used->cpu) / second;
      if (result.counted > 0) {
        object["cpu_us_per_report"] = us(static_cast<double>(used->cpu) / static_cast<double>(result.counted));
      }
      object["busy_percent"] = percent(used->cpu, result.usage_time);
      object["waited_percent"] = percent(used->waited, result.usage_time);
      object["resident_bytes"] = used->resident_bytes;
    }
    servers.push_back(std::move(object));
  }
  return servers;
}

json::value seen_json(const std::optional<SeenResult>& seen) {
  if (!seen) return nullptr;
  auto object = quantiles(seen->spans);
  object["at"] = seen->at;
  object["unseen"] = seen->unseen;
  object["failure"] = text_or_null(seen->failure);
  object["resolution"] = quantiles(seen->resolution);
  return object;
}

json::value held_json(const std::optional<HeldResult>& held) {
  if (!held) return nullptr;
  json::array servers;
  for (const auto& server : held->servers) {
    servers.push_back({{"server", server.name},
                       {"lost", server.error.empty() ? json::value(server.lost) : json::value(nullptr)},
                       {"first_lost", text_or_null(server.first_lost)},
                       {"error", text_or_null(server.error)}});
  }
  return json::object{{"clients", held->clients},
                      {"all_clients", held->all_clients},
                      {"lost", held->lost()},
                      {"settled_ms", rounded(static_cast<double>(held->settled) / millisecond)},
                      {"servers", std::move(servers)}};
}

}  // namespace

std::uint64_t HeldResult::lost() const {
  std::uint64_t sum = 0;
  for (const auto& server : servers) sum += server.lost;
  return sum;
}

bool HeldResult::all_asked() const {
  return std::ranges::all_of(servers, [](const Server& server) { return server.error.empty(); });
}

double BenchResult::reports_per_s() const {
  const auto reports = overloaded() ? counted : answered;
  const auto time = overloaded() ? usage_time : elapsed;
  return time <= 0 ? 0 : static_cast<double>(reports) * second / static_cast<double>(time);
}

std::optional<double> BenchResult::cpu_per_report() const {
  Duration sum = 0;
  for (const auto& server : servers) {
    if (!server.used) return std::nullopt;
    sum += server.used->cpu;
  }
  if (counted == 0 || servers.empty()) return std::nullopt;
  return static_cast<double>(sum) / static_cast<double>(counted);
}

bool BenchResult::succeeded() const {
  return answered > 0 && refused == 0 && unanswered == 0 && failures.empty() &&
         (!seen || (seen->unseen == 0 && seen->failure.empty())) && (!held || (held->lost() == 0 && held->all_asked()));
}

std::string bench_json(const BenchResult& result) {
  const auto [least, most] = std::ranges::minmax_element(result.per_second);
  json::array per_second;
  for (const auto value : result.per_second) per_second.push_back(std::llround(value));
  json::array left_out;
  for (const auto& [name, reason] : result.left_out) left_out.push_back({{"server", name}, {"error", reason}});
  auto latency = quantiles(result.latency);
  latency["from"] = result.rate ? "due" : "batch_sent";
  const auto generator_per_report =
      result.counted == 0
          ? std::nullopt
          : std::optional(static_cast<double>(result.generator_cpu) / static_cast<double>(result.counted));
  const json::object object{
      {"loop", result.rate ? "open" : "closed"},
      {"rate", result.rate ? json::value(*result.rate) : json::value(nullptr)},
      {"connections", result.connections},
      {"pipeline", result.rate ? json::value(nullptr) : json::value(result.pipeline)},
      {"clients", result.clients},
      {"id_bytes", result.id_bytes},
      {"step_m", result.step_m},
      {"seed", result.seed},
      {"threads", result.threads},
      {"warm_up_s", static_cast<double>(result.warm_up) / second},
      {"elapsed_s", static_cast<double>(result.elapsed) / second},
      {"reports", result.answered},
      {"reports_per_s", std::llround(result.reports_per_s())},
      {"per_second_min", result.per_second.empty() ? json::value(nullptr) : json::value(std::llround(*least))},
      {"per_second_max", result.per_second.empty() ? json::value(nullptr) : json::value(std::llround(*most))},
      {"per_second", std::move(per_second)},
      {"refused", result.refused},
      {"first_refused", text_or_null(result.first_refused)},
      {"unanswered", result.unanswered},
      {"unsent", result.unsent},
      {"connections_lost", result.failures.size()},
      {"first_failure", text_or_null(result.failures.empty() ? "" : result.failures.front())},
      {"latency_us", std::move(latency)},
      {"sent_late_us", result.rate ? json::value(quantiles(result.lateness)) : json::value(nullptr)},
      {"cpu_us_per_report", us_or_null(result.cpu_per_report())},
      {"servers", servers_json(result)},
      {"generator", json::object{{"cpu_us_per_report", us_or_null(generator_per_report)},
                                 {"busy_percent", percent(result.generator_cpu, result.usage_time)}}},
      {"seen", seen_json(result.seen)},
      {"held", held_json(result.held)},
      {"copies_per_report", result.copies_per_report ? json::value(rounded(*result.copies_per_report)) : nullptr},
      {"left_out", std::move(left_out)},
      {"interrupted", result.interrupted},
      {"ok", result.succeeded()}};
  std::string text;
  append_json(text, object);
  return text + '\n';
}

}  // namespace herd::app
