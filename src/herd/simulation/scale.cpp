#include "herd/simulation/scale.h"

#include <algorithm>
#include <array>

#include "herd/simulation/agreement.h"
#include "herd/simulation/simulated_herd.h"

namespace herd::simulation {
namespace {

constexpr std::uint32_t clients = 500;
constexpr std::uint32_t timed_reports = 100;
constexpr std::uint32_t missed_reports = clients / 10;
constexpr std::uint64_t seed = 1;

class Measurement {
 public:
  explicit Measurement(const Topology& topology) : herd_(options_for(topology), seed) {
    row_.shape = topology.shape;
    row_.servers = topology.names.size();
    row_.links = topology.edges.size();
  }

  ScaleRow take() {
    for (std::size_t i = 0; i < herd_.servers(); ++i) herd_.start(i);
    come_to_rest();
    for (std::uint32_t client = 0; client < clients; ++client) report(client);
    come_to_rest();
    take_reports();
    take_empty_server();
    take_cut_off_server();
    if (herd_.failure()) row_.failure = *herd_.failure();
    return row_;
  }

 private:
  static HerdOptions options_for(const Topology& topology) {
    HerdOptions options;
    options.topology = topology;
    options.servers.assign(topology.names.size(), {.clock_skew = 0, .turn_max = 100 * microsecond});
    options.cables.assign(topology.edges.size(), {.delay = millisecond, .jitter = 200 * microsecond});
    options.clients = clients;
    options.redial_min = 50 * millisecond;
    options.redial_max = 500 * millisecond;
    return options;
  }

  RecordBook::Id report(std::uint32_t client) {
    const auto server = random_.below(herd_.servers());
    herd_.hear(server == absent_ ? 0 : server, client, clocks_begin + herd_.now(), 0);
    return static_cast<RecordBook::Id>(herd_.book().size() - 1);
  }

  void come_to_rest() {
    if (herd_.failure()) return;
    const Expected expected(herd_);
    const auto working = working_edges(herd_);
    const auto end = herd_.now() + 60 * second;
    auto rests = unsettled(herd_, working);
    do {
      herd_.run_until(herd_.now() + 100 * millisecond);
      rests = unsettled(herd_, working);
    } while (rests && herd_.now() < end && !herd_.failure());
    if (rests) herd_.fail(*rests);
    if (auto missing = expected.missing(herd_)) herd_.fail(*missing);
  }

  void take_reports() {
    const auto before = herd_.tally();
    std::array<RecordBook::Id, timed_reports> reports{};
    for (auto& id : reports) {
      id = report(random_.below(clients));
      herd_.run_until(herd_.now() + 10 * millisecond);
    }
    come_to_rest();
    const auto after = herd_.tally();
    const auto per_report = [](std::uint64_t count) { return static_cast<double>(count) / timed_reports; };
    row_.copies = per_report(after.records_in - before.records_in);
    row_.messages = per_report(after.messages - before.messages);
    row_.bytes = per_report(after.bytes - before.bytes);

    std::array<Duration, timed_reports> durations{};
    for (std::size_t i = 0; i < reports.size(); ++i) {
      const auto& spread = herd_.spread(reports[i]);
      durations[i] = spread.last - spread.heard;
      row_.hops = std::max(row_.hops, spread.hops);
    }
    std::ranges::sort(durations);
    row_.median_to_last = durations[durations.size() / 2];
    row_.longest_to_last = durations.back();
  }

  /// What a record takes on a link.
  std::size_t bytes_of(RecordBook::Id record) {
    coded_.clear();
    encoder_.append(coded_, herd_.book()[record].record);
    return coded_.size();
  }

  void take_empty_server() {
    const auto server = herd_.servers() / 2;
    for (const auto& held : herd_.life(server)->held) row_.lacked_when_empty += bytes_of(held.record);
    herd_.crash(server, Farewell::abrupt);
    herd_.run_until(herd_.now() + second);
    const auto before = herd_.bytes_in(server);
    herd_.start(server);
    come_to_rest();
    row_.received_when_empty = herd_.bytes_in(server) - before;
  }

  void take_cut_off_server() {
    const auto server = herd_.servers() / 2;
    const auto& edges = herd_.options().topology.edges;
    const auto for_each_cable = [&](auto what) {
      for (std::size_t i = 0; i < edges.size(); ++i) {
        if (edges[i].first == server || edges[i].second == server) what(i);
      }
    };
    for_each_cable([&](std::size_t cable) {
      herd_.network().cut(herd_.now(), cable, 0);
      herd_.network().cut(herd_.now(), cable, 1);
    });
    absent_ = server;
    for (std::uint32_t client = 0; client < missed_reports; ++client) {
      row_.lacked_when_cut_off += bytes_of(report(client));
      herd_.run_until(herd_.now() + 100 * millisecond);
    }
    const auto before = herd_.bytes_in(server);
    for_each_cable([&](std::size_t cable) { herd_.network().mend(herd_.now(), cable); });
    come_to_rest();
    row_.received_when_cut_off = herd_.bytes_in(server) - before;
  }

  Random random_{seed};
  SimulatedHerd herd_;
  ScaleRow row_;
  std::size_t absent_ = Network::none;
  wire::RecordEncoder encoder_{wire::record_coding(wire::link_version)};
  std::string coded_;  // reused
};

std::string with_point(double number, std::size_t digits) {
  auto text = std::to_string(number);
  text.resize(text.find('.') + (digits == 0 ? 0 : digits + 1));
  return text;
}

std::string milliseconds(Duration duration) {
  return with_point(static_cast<double>(duration) / millisecond, 1);
}

std::string in_all(std::uint64_t received, std::uint64_t lacked) {
  return std::to_string(received) + " (" + with_point(static_cast<double>(received) / static_cast<double>(lacked), 2) +
         ")";
}

}  // namespace

std::vector<Topology> scale_topologies(std::size_t servers_max) {
  std::vector<Topology> topologies;
  constexpr std::array<std::size_t, 5> sizes{10, 30, 100, 300, 1000};
  for (const auto servers : sizes) {
    if (servers > servers_max) break;
    Random random(seed);
    topologies.push_back(ring(servers));
    topologies.push_back(binary_tree(servers));
    topologies.push_back(mesh(servers, servers, random));
  }
  return topologies;
}

ScaleRow measure(const Topology& topology) {
  return Measurement(topology).take();
}

std::string scale_header() {
  return "| shape | servers | links | copies (2E-N+1) | messages | bytes | hops | ms to the last: median, longest "
         "| bytes in, back empty (of what it lacked) | bytes in, was cut off (of what it lacked) |\n"
         "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";
}

std::string scale_line(const ScaleRow& row) {
  const auto bound = 2 * row.links - (row.servers - 1);
  auto line = "| " + row.shape + " | " + std::to_string(row.servers) + " | " + std::to_string(row.links) + " | " +
              with_point(row.copies, 1) + " (" + std::to_string(bound) + ") | " + with_point(row.messages, 1) + " | " +
              with_point(row.bytes, 0) + " | " + std::to_string(row.hops) + " | " + milliseconds(row.median_to_last) +
              ", " + milliseconds(row.longest_to_last) + " | " +
              in_all(row.received_when_empty, row.lacked_when_empty) + " | " +
              in_all(row.received_when_cut_off, row.lacked_when_cut_off) + " |";
  if (!row.failure.empty()) line += " FAILED: " + row.failure;
  return line + "\n";
}

}  // namespace herd::simulation
