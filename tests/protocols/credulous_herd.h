#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/protocols/herd.h"
#include "herd/wire/record.h"

namespace herd::protocols {

/// A herd of one server, Riley, that believes whatever it heard last. It refuses the client "refused", for
/// whom it has no room, and the client "hasty". (How reports compare is for tests of the node.)
class CredulousHerd : public Herd {
 public:
  void report(std::span<Heard> heard, Time now) override {
    const std::lock_guard lock(mutex_);
    for (auto& each : heard) {
      each.is_refused = each.report.client == "refused" || each.report.client == "hasty";
      if (each.report.client == "hasty") each.refusal = Refusal::too_often;
      if (each.is_refused) continue;
      auto& line = lines_[std::string(each.report.client)];
      line.clear();
      wire::append_line(line, server(), now, each.report);
      attributes_[std::string(each.report.client)] = each.attributes;
      ++reports;
    }
  }

  std::string_view server() const override { return "Riley"; }

  std::optional<std::string> locate(std::string_view client) const override {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(client);
    if (found == lines_.end()) return std::nullopt;
    return found->second;
  }

  std::optional<store::Sighting> find(std::string_view client) const override {
    auto line = locate(client);
    if (!line) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto attributes = attributes_.find(client);
    return store::Sighting{*std::move(line), attributes == attributes_.end() ? "" : attributes->second, 0};
  }

  bool forget(std::string_view client, Time /*now*/) override {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(client);
    if (found == lines_.end()) return false;
    lines_.erase(found);
    return true;
  }

  store::Whereabouts::Found near(geo::Location center, double radius_m, std::size_t count_max,
                                 const Grant& grant) override {
    store::Whereabouts::Found near;
    for_each(grant, [&](const store::Sighting& each) {
      const auto distance_m = geo::distance_m(center, each.record().location);
      if (distance_m <= radius_m) near.clients.push_back({each.line, each.attributes, distance_m});
    });
    std::ranges::sort(near.clients, {}, &store::Sighting::distance_m);
    near.is_all = near.clients.size() <= count_max;
    if (!near.is_all) near.clients.resize(count_max);
    return near;
  }

  store::Whereabouts::Found within(const geo::Box& box, std::size_t count_max, const Grant& grant) override {
    store::Whereabouts::Found within;
    for_each(grant, [&](const store::Sighting& each) {
      if (!box.contains(each.record().location)) return;
      within.is_all = within.clients.size() < count_max;
      if (within.is_all) within.clients.push_back(each);
    });
    return within;
  }

  void count_invalid() override {
    const std::lock_guard lock(mutex_);
    ++invalid;
  }

  std::size_t reports = 0;
  std::size_t invalid = 0;

 private:
  template <class Use>
  void for_each(const Grant& grant, Use use) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [client, line] : lines_) {
      if (grant.may(Verb::read, client)) use(store::Sighting{line, attributes_.find(client)->second, 0});
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> lines_;
  std::map<std::string, std::string, std::less<>> attributes_;
};

}  // namespace herd::protocols
