#include "herd/node/node.h"

#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <utility>

#include "herd/protocols/readable_clients.h"

namespace herd::node {
namespace {

/// Of slots: half a millisecond's work.
constexpr std::size_t looks_per_survey = 8192;

}  // namespace

Node::Node(std::string_view herd, std::string server, std::uint64_t clients_max, std::uint64_t seed)
    : server_(std::move(server)), clients_max_(clients_max), store_(herd, partitions, seed) {}

void Node::report(std::span<Heard> reports, Time now) {
  static_assert(reports_at_once <= store::RecordStore::batch);
  for (; !reports.empty(); reports = reports.subspan(std::min(reports.size(), reports_at_once))) {
    boost::container::static_vector<store::RecordStore::Offer, reports_at_once> offers;
    boost::container::static_vector<Heard*, reports_at_once> offered;
    for (auto& heard : reports.first(std::min(reports.size(), reports_at_once))) {
      heard.is_refused = report_limits_ != nullptr && !report_limits_->take(heard.report.client, 1, now);
      heard.refusal = Refusal::too_often;
      if (heard.is_refused) continue;
      offered.push_back(&heard);
      offers.push_back({wire::record_of(heard.report, server_, now)});
      offers.back().record.attributes = heard.attributes;
    }
    store_.report(offers, clients_max_);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < offers.size(); ++i) {
      if (offers[i].outcome != store::Offered::refused) continue;
      offered[i]->is_refused = true;
      offered[i]->refusal = Refusal::no_room;
      ++refused;
    }
    reports_.fetch_add(offers.size() - refused, std::memory_order_relaxed);
    if (refused != 0) clients_refused_.fetch_add(refused, std::memory_order_relaxed);
  }
}

bool Node::forget(std::string_view client, Time now) {
  const bool is_known = store_.forget(client, server_, now);
  if (is_known) clients_forgotten_.fetch_add(1, std::memory_order_relaxed);
  return is_known;
}

store::Whereabouts::Found Node::near(geo::Location center, double radius_m, std::size_t count_max,
                                     const protocols::Grant& grant) {
  return ask(grant, [&](const auto&... with) { return whereabouts_.nearest(center, radius_m, count_max, with...); });
}

store::Whereabouts::Found Node::within(const geo::Box& box, std::size_t count_max, const protocols::Grant& grant) {
  return ask(grant, [&](const auto&... with) { return whereabouts_.within(box, count_max, with...); });
}

template <class Ask>
store::Whereabouts::Found Node::ask(const protocols::Grant& grant, Ask ask) {
  const auto choice = protocols::readable_clients(grant);
  if (choice.names) return ask(choice);
  // Most of the time goes into putting what was found into words, for which nobody else has to wait.
  std::unique_lock lock(whereabouts_mutex_);
  catch_up();
  auto found = ask(choice, [&lock] { lock.unlock(); });
  if (found.is_cut_short) searches_cut_short_.fetch_add(1, std::memory_order_relaxed);
  return found;
}

bool Node::survey() {
  const std::unique_lock lock(whereabouts_mutex_, std::try_to_lock);
  auto looks_left = looks_per_survey;
  return !lock || whereabouts_.catch_up(looks_left);
}

/// To where the herd is now: what is reported meanwhile would keep a busy server from ever answering.
void Node::catch_up() {
  auto looks_left = 2 * (store_.clients() + store_.tombstones()) + looks_per_survey;
  whereabouts_.catch_up(looks_left);
}

NodeCounters Node::counters() const {
  return {reports_.load(std::memory_order_relaxed),
          invalid_commands_.load(std::memory_order_relaxed),
          clients_refused_.load(std::memory_order_relaxed),
          clients_forgotten_.load(std::memory_order_relaxed),
          report_limits_ ? report_limits_->counters().refused : 0,
          searches_cut_short_.load(std::memory_order_relaxed)};
}

}  // namespace herd::node
