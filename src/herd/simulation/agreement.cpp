#include "herd/simulation/agreement.h"

#include <cstdint>

namespace herd::simulation {
namespace {

std::string text_of(const SimulatedHerd& herd, RecordBook::Id id) {
  return id == RecordBook::none ? "nothing" : herd.book()[id].bytes;
}

}  // namespace

std::vector<bool> working_edges(const SimulatedHerd& herd) {
  const auto& edges = herd.options().topology.edges;
  std::vector<bool> working;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    working.push_back(herd.network().is_whole(i) && herd.life(edges[i].first) != nullptr &&
                      herd.life(edges[i].second) != nullptr);
  }
  return working;
}

std::vector<std::optional<std::size_t>> parts_of(const SimulatedHerd& herd) {
  const auto working = working_edges(herd);
  std::vector<std::optional<std::size_t>> parts(herd.real_servers());
  std::vector<std::vector<std::size_t>> neighbors(parts.size());
  for (std::size_t i = 0; i < working.size(); ++i) {
    if (!working[i]) continue;
    const auto& [a, b] = herd.options().topology.edges[i];
    neighbors[a].push_back(b);
    neighbors[b].push_back(a);
  }
  std::size_t count = 0;
  std::vector<std::size_t> reached;
  for (std::size_t first = 0; first < parts.size(); ++first) {
    if (parts[first] || herd.life(first) == nullptr) continue;
    parts[first] = count;
    reached.assign(1, first);
    while (!reached.empty()) {
      const auto at = reached.back();
      reached.pop_back();
      for (const auto other : neighbors[at]) {
        if (parts[other]) continue;
        parts[other] = count;
        reached.push_back(other);
      }
    }
    ++count;
  }
  return parts;
}

Expected::Expected(const SimulatedHerd& herd) : parts_(parts_of(herd)) {
  for (std::size_t server = 0; server < parts_.size(); ++server) {
    if (!parts_[server]) continue;
    if (*parts_[server] >= newest_.size()) newest_.resize(*parts_[server] + 1);
    auto& newest = newest_[*parts_[server]];
    newest.resize(herd.options().clients, RecordBook::none);
    const auto& held = herd.life(server)->held;
    for (std::size_t client = 0; client < held.size(); ++client) {
      if (herd.book().is_older(newest[client], held[client].record)) newest[client] = held[client].record;
    }
  }
}

std::optional<std::string> Expected::missing(const SimulatedHerd& herd) const {
  std::vector<std::optional<std::size_t>> first_of(newest_.size());
  for (std::size_t server = 0; server < parts_.size(); ++server) {
    if (!parts_[server]) continue;
    const auto& held = herd.life(server)->held;
    auto& first = first_of[*parts_[server]];
    if (!first) first = server;
    const auto& firsts = herd.life(*first)->held;
    for (std::size_t client = 0; client < held.size(); ++client) {
      const auto id = held[client].record;
      if (id != firsts[client].record) {
        return "I1: " + herd.name(*first) + " and " + herd.name(server) +
               " do not agree: " + text_of(herd, firsts[client].record) + " and " + text_of(herd, id);
      }
      const auto expected = newest_[*parts_[server]][client];
      if (herd.book().is_older(id, expected)) {
        return "I2: " + herd.name(server) + " holds " + text_of(herd, id) + " though one that it can reach held " +
               text_of(herd, expected);
      }
    }
    for (std::size_t partition = 0; partition < herd.options().partitions; ++partition) {
      if (herd.digest(server, partition) != herd.digest(*first, partition)) {
        return "I1: " + herd.name(*first) + " and " + herd.name(server) + " hold the same, and their digests differ";
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> unsettled(const SimulatedHerd& herd, const std::vector<bool>& working) {
  for (std::size_t i = 0; i < working.size(); ++i) {
    if (!working[i] || herd.is_settled(i)) continue;
    const auto& [a, b] = herd.options().topology.edges[i];
    const auto* link = herd.link(i, 0);
    const auto* back = herd.link(i, 1);
    std::string why = "the link of " + herd.name(a) + " and " + herd.name(b) + " does not come to rest:";
    for (const auto* end : {link, back}) {
      why += end->is_up() ? " up" : " not up";
      if (end->has_unsent()) why += ", has more to send";
      if (end->is_up() && end->unacknowledged() != 0) {
        why += ", lacks acknowledgements of " + std::to_string(end->unacknowledged()) + " changes";
      }
      why += end == link ? ";" : "";
    }
    return why;
  }
  return std::nullopt;
}

}  // namespace herd::simulation
