#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "herd/node/status.h"

namespace herd::node {

/// Writes Prometheus' text exposition format, version 0.0.4:
/// https://prometheus.io/docs/instrumenting/exposition_formats/. Every name begins with "proxyherd_".
class MetricsText {
 public:
  /// Begins a metric. A counter's name gets "_total" at its end.
  void metric(std::string_view name, Figure::Kind kind, std::string_view help);

  /// A value of the metric begun last.
  void value(std::uint64_t value);
  void value(double value);
  /// The same where there are several, told apart by a label.
  void value(std::string_view label, std::string_view of, std::uint64_t value);
  void value(std::string_view label, std::string_view of, double value);

  const std::string& text() const { return out_; }

 private:
  void begin_value();
  void begin_value(std::string_view label, std::string_view of);

  std::string name_;
  std::string out_;
};

}  // namespace herd::node
