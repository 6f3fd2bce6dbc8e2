#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "herd/protocols/herd.h"
#include "herd/wire/record.h"

namespace herd::protocols {

/// A herd of one server, Riley, that believes whatever it heard last. It refuses the client "refused". (How reports
/// compare is for tests of the node.)
class CredulousHerd : public Herd {
 public:
  void report(std::span<Heard> heard, Time now) override {
    const std::lock_guard lock(mutex_);
    for (auto& each : heard) {
      each.is_refused = each.report.client == "refused";
      if (each.is_refused) continue;
      auto& line = lines_[std::string(each.report.client)];
      line.clear();
      wire::append_line(line, server(), now, each.report);
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

  void count_invalid() override {
    const std::lock_guard lock(mutex_);
    ++invalid;
  }

  std::size_t reports = 0;
  std::size_t invalid = 0;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> lines_;
};

}  // namespace herd::protocols
