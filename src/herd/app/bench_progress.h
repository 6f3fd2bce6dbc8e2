#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "herd/base/time.h"
#include "herd/load/load_generator.h"

namespace herd::app {

/// The state of a load in one line at the bottom of a terminal. Shows nothing where stderr is none.
class BenchProgress {
 public:
  static constexpr Duration interval = 200 * millisecond;

  explicit BenchProgress(const load::LoadPlan& plan);

  /// Draws the line if the last time was a while ago. `elapsed` counts from the end of the warm-up.
  void show(std::uint64_t answered, Duration elapsed);
  /// Shows what is being done after the load.
  void say(const std::string& doing);
  /// Removes the line.
  void clear();

 private:
  const load::LoadPlan& plan_;
  bool shown_;
  std::optional<Duration> drawn_at_;
  std::uint64_t answered_before_ = 0;
};

}  // namespace herd::app
