#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/protocols/herd.h"
#include "herd/protocols/readable_clients.h"
#include "herd/store/record_store.h"
#include "herd/store/whereabouts.h"

namespace herd::live {

/// A herd of one server, Riley, with a real store, as far as live feeds ask it.
class LiveHerd : public protocols::Herd {
 public:
  explicit LiveHerd(const store::Tuning& tuning = {}) : store_("herd", 16, 7, tuning) {}

  void report(std::span<Heard> heard, Time now) override {
    for (const auto& each : heard) take(wire::record_of(each.report, server(), now), each.attributes);
  }

  /// A client says at this second that it is there, and is heard half a second later.
  void say(std::string_view client, std::string_view location, std::size_t second, std::string_view attributes = {}) {
    std::string line = "AT Riley +0.500000000 ";
    ((line += client) += ' ') += location;
    line += ' ' + std::to_string(second);
    take(wire::parse_record(line).value(), attributes);
  }

  std::string_view server() const override { return "Riley"; }
  std::optional<std::string> locate(std::string_view client) const override { return store_.locate(client); }
  std::optional<store::Sighting> find(std::string_view client) const override { return store_.find(client); }
  bool forget(std::string_view client, Time now) override { return store_.forget(client, server(), now); }

  store::Whereabouts::Found near(geo::Location center, double radius_m, std::size_t count_max,
                                 const protocols::Grant& grant) override {
    catch_up();
    return whereabouts_.nearest(center, radius_m, count_max, protocols::readable_clients(grant));
  }
  store::Whereabouts::Found within(const geo::Box& box, std::size_t count_max, const protocols::Grant& grant) override {
    catch_up();
    return whereabouts_.within(box, count_max, protocols::readable_clients(grant));
  }
  void count_invalid() override {}

  store::RecordStore& store() { return store_; }

 private:
  void take(wire::Record record, std::string_view attributes) {
    record.attributes = attributes;
    store::RecordStore::Offer offer{record};
    store_.report({&offer, 1});
  }

  void catch_up() {
    auto looks = store::RecordStore::unlimited / 2;
    whereabouts_.catch_up(looks);
  }

  store::RecordStore store_;
  store::Whereabouts whereabouts_{store_};
};

}  // namespace herd::live
