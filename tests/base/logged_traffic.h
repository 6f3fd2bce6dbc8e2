#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "herd/base/traffic_log.h"

namespace herd {

/// Traffic logged into memory.
class LoggedTraffic : public TrafficLog {
 public:
  explicit LoggedTraffic(std::uint64_t lines_per_second_max = unlimited) : TrafficLog(lines_per_second_max) {}

  std::vector<std::string> lines;  ///< "in 127.0.0.1:5 IAMAT ..."

 private:
  void write(Direction direction, std::string_view other, std::string_view bytes) override {
    auto& line = lines.emplace_back(direction == Direction::in ? "in " : "out ");
    line.append(other).append(" ").append(bytes);
  }
};

}  // namespace herd
