#include "herd/node/node.h"

#include <array>
#include <utility>

namespace herd::node {

Node::Node(std::string_view herd, std::string server, std::uint64_t clients_max, std::uint64_t seed)
    : server_(std::move(server)), clients_max_(clients_max), store_(herd, partitions, seed) {}

void Node::report(std::span<Heard> reports, Time now) {
  static_assert(reports_at_once <= store::RecordStore::batch);
  for (; !reports.empty(); reports = reports.subspan(std::min(reports.size(), reports_at_once))) {
    std::array<store::RecordStore::Offer, reports_at_once> offers;
    const auto count = std::min(reports.size(), reports_at_once);
    for (std::size_t i = 0; i < count; ++i) offers[i].record = wire::record_of(reports[i].report, server_, now);
    store_.report(std::span(offers).first(count), clients_max_);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < count; ++i) {
      reports[i].is_refused = offers[i].outcome == store::Offered::refused;
      refused += reports[i].is_refused ? 1 : 0;
    }
    reports_.fetch_add(count - refused, std::memory_order_relaxed);
    if (refused != 0) clients_refused_.fetch_add(refused, std::memory_order_relaxed);
  }
}

NodeCounters Node::counters() const {
  return {reports_.load(std::memory_order_relaxed), invalid_commands_.load(std::memory_order_relaxed),
          clients_refused_.load(std::memory_order_relaxed)};
}

}  // namespace herd::node
