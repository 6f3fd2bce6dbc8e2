#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "herd/app/bench_result.h"
#include "herd/app/progress_text.h"
#include "herd/app/table.h"

namespace herd::app {
namespace {

/// Where a server is the limit it is busy for more than this share of the time.
constexpr double saturated_percent = 90;
/// Above this share of the time a server's figures are those of a machine that had too little for all.
constexpr double waits_percent = 10;

std::string span(Duration span) {
  const auto ns = static_cast<double>(span);
  if (span < 10 * microsecond) return fmt::format("{:.1f} us", ns / 1e3);
  if (span < millisecond) return fmt::format("{:.0f} us", ns / 1e3);
  if (span < 10 * millisecond) return fmt::format("{:.2f} ms", ns / 1e6);
  if (span < second) return fmt::format("{:.0f} ms", ns / 1e6);
  return fmt::format("{:.2f} s", ns / 1e9);
}

std::string cpu_text(double ns) {
  return fmt::format("{:.2f} us", ns / 1000);
}

std::string rate_text(double per_s) {
  return grouped(static_cast<std::uint64_t>(std::llround(per_s)));
}

double percent(Duration part, Duration whole) {
  return whole <= 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string setting_text(const BenchResult& result) {
  const auto loop = result.rate ? fmt::format("open loop at {} reports/s", rate_text(*result.rate))
                                : fmt::format("closed loop, {} pipelined", grouped(result.pipeline));
  return fmt::format("{}, {}, {}", grouped(result.connections, "connection"), grouped(result.clients, "client"), loop);
}

std::string reports_text(const BenchResult& result) {
  const auto time = result.overloaded() ? result.usage_time : result.elapsed;
  auto text =
      fmt::format("{} answered in {:.1f} s: {}/s", grouped(result.overloaded() ? result.counted : result.answered),
                  static_cast<double>(time) / second, rate_text(result.reports_per_s()));
  if (result.per_second.size() > 1) {
    const auto [least, most] = std::ranges::minmax(result.per_second);
    text += fmt::format(", {} to {} in single seconds", rate_text(least), rate_text(most));
  }
  if (result.interrupted) text += " (interrupted)";
  return text;
}

std::string quantiles_text(const load::LatencyHistogram& spans) {
  return fmt::format("p50 {}  p90 {}  p99 {}  p99.9 {}  max {}", span(spans.quantile(0.5)), span(spans.quantile(0.9)),
                     span(spans.quantile(0.99)), span(spans.quantile(0.999)), span(spans.max()));
}

std::string probes_text(const SeenResult& seen) {
  return fmt::format("at {}, of {} elsewhere; to within {} (p99 {})", seen.at, grouped(seen.spans.count(), "report"),
                     span(seen.resolution.quantile(0.5)), span(seen.resolution.quantile(0.99)));
}

std::string held_text(const HeldResult& held) {
  const auto asked = fmt::format("{}{}", held.all_clients ? "all " : "", grouped(held.clients, "client"));
  const auto where = grouped(held.servers.size(), "server");
  if (held.lost() > 0) return fmt::format("{} lost, of {} at {}", grouped(held.lost()), asked, where);
  return fmt::format("the newest reports of {}{} by {}, within {} of the last answer", asked,
                     held.all_clients ? "" : " (a sample)", where, span(held.settled));
}

/// What went wrong or may be misread, a line each.
std::vector<std::string> notes(const BenchResult& result) {
  std::vector<std::string> lines;
  if (result.refused > 0) {
    lines.push_back(
        fmt::format("{} refused, the first one: {}", grouped(result.refused, "report"), result.first_refused));
  }
  if (result.unanswered > 0) lines.push_back(fmt::format("{} never answered", grouped(result.unanswered, "report")));
  if (result.unsent > 0) {
    lines.push_back(
        fmt::format("the servers did not keep up: {} due but never sent", grouped(result.unsent, "report")));
  }
  if (!result.failures.empty()) {
    lines.push_back(fmt::format("{} broke off, the first one: {}", grouped(result.failures.size(), "connection"),
                                result.failures.front()));
  }
  if (result.seen && result.seen->unseen > 0) {
    lines.push_back(fmt::format("{} not seen at {}", grouped(result.seen->unseen, "probe"), result.seen->at));
  }
  if (result.seen && !result.seen->failure.empty()) lines.push_back("the probes ended: " + result.seen->failure);
  if (result.held) {
    for (const auto& server : result.held->servers) {
      if (!server.error.empty()) lines.push_back(fmt::format("{} could not be asked: {}", server.name, server.error));
      if (server.lost > 0) {
        lines.push_back(fmt::format("{} does not hold the newest report of {}, the first one: {}", server.name,
                                    grouped(server.lost, "client"), server.first_lost));
      }
    }
  }
  for (const auto& server : result.left_out) lines.push_back("left out: " + server.reason);

  double busiest = 0;
  double longest_wait = 0;
  for (const auto& server : result.servers) {
    if (!server.used) continue;
    busiest = std::max(busiest, percent(server.used->cpu, result.usage_time));
    longest_wait = std::max(longest_wait, percent(server.used->waited, result.usage_time));
  }
  if (longest_wait > waits_percent) {
    lines.push_back(
        fmt::format("servers waited for a core up to {:.0f} % of the time: other programs had it, this one among them",
                    longest_wait));
  } else if (!result.rate && busiest > 0 && busiest < saturated_percent) {
    lines.emplace_back("no server was busy all the time: more --connections, --pipeline or --threads may get more");
  }
  if (const auto late = result.lateness.quantile(0.99); late > result.latency.quantile(0.99) / 2) {
    lines.push_back(fmt::format(
        "reports were sent late, p99 {}: the load generator had no core or the servers did not read", span(late)));
  }
  return lines;
}

std::string servers_text(const BenchResult& result, bool coloured) {
  Table table({{"SERVER"},
               {"CONNECTIONS", Align::right},
               {"CPU/REPORT", Align::right},
               {"BUSY", Align::right},
               {"WAITED", Align::right},
               {"MEMORY", Align::right}});
  for (const auto& server : result.servers) {
    std::vector<Cell> row{{server.name}, {grouped(server.connections)}};
    if (const auto& used = server.used) {
      const auto counted = static_cast<double>(std::max<std::uint64_t>(result.counted, 1));
      row.push_back({cpu_text(static_cast<double>(used->cpu) / counted)});
      row.push_back({fmt::format("{:.0f} %", percent(used->cpu, result.usage_time))});
      row.push_back({fmt::format("{:.0f} %", percent(used->waited, result.usage_time))});
      row.push_back({fmt::format("{:.0f} MiB", static_cast<double>(used->resident_bytes) / 1048576)});
    } else {
      row.insert(row.end(), 4, {"-"});
    }
    table.add_row(std::move(row));
  }
  return table.text(coloured);
}

}  // namespace

std::string bench_text(const BenchResult& result, bool coloured) {
  std::string out = setting_text(result) + "\n\n";
  const auto line = [&](std::string_view what, const std::string& text) {
    out += fmt::format("{:<10}{}\n", what, text);
  };
  line("reports", reports_text(result));
  line("latency", quantiles_text(result.latency));
  line("",
       result.rate ? "from when a report was due to its answer" : "from the sending of a batch to each of its answers");
  const auto counted = static_cast<double>(std::max<std::uint64_t>(result.counted, 1));
  const auto servers_cpu = result.cpu_per_report();
  const auto at_servers = servers_cpu ? fmt::format("{} a report at {}; ", cpu_text(*servers_cpu),
                                                    result.servers.size() == 1 ? "the server" : "all servers together")
                                      : "";
  line("CPU", fmt::format("{}load generator {} a report, {:.0f} % of a core", at_servers,
                          cpu_text(static_cast<double>(result.generator_cpu) / counted),
                          percent(result.generator_cpu, result.usage_time)));
  if (result.copies_per_report)
    line("links", fmt::format("{:.2f} copies a report, all links together", *result.copies_per_report));
  if (result.seen) {
    line("seen", quantiles_text(result.seen->spans));
    line("", probes_text(*result.seen));
  }
  if (result.held) line("held", held_text(*result.held));
  out += '\n' + servers_text(result, coloured);
  const auto remarks = notes(result);
  if (!remarks.empty()) out += '\n';
  for (const auto& remark : remarks) out += remark + '\n';
  return out;
}

}  // namespace herd::app
