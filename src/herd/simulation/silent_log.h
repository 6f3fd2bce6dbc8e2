#pragma once

#include "herd/base/traffic_log.h"

namespace herd::simulation {

/// Simulated servers log no traffic.
class SilentLog : public TrafficLog {
 public:
  SilentLog() : TrafficLog(0) {}

 private:
  void write(Direction, std::string_view, std::string_view) override {}
};

}  // namespace herd::simulation
