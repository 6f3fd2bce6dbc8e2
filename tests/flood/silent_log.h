#pragma once

#include "herd/base/traffic_log.h"

namespace herd::flood {

/// For tests that are not about logs: limit 0 logs nothing.
class SilentLog : public TrafficLog {
 public:
  SilentLog() : TrafficLog(0) {}

 private:
  void write(Direction, std::string_view, std::string_view) override {}
};

}  // namespace herd::flood
