#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "herd/base/time.h"

namespace herd::app {

/// The state of a replay in one line at the bottom of a terminal. Shows nothing where stderr is none.
class ReplayProgress {
 public:
  struct Figures {
    std::size_t clients = 0;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    Duration elapsed = 0;
    std::optional<double> part;  ///< how much is done, 0 to 1; none if there is no end
  };

  ReplayProgress();

  bool is_shown() const { return shown_; }

  /// Draws the line if the last time was a while ago.
  void show(const Figures& figures);
  /// Prints a line above it.
  void say(const std::string& line);
  /// Removes the line.
  void clear();

  static constexpr Duration interval = 200 * millisecond;

 private:
  bool shown_;
  std::string line_;
  Duration drawn_at_ = -interval;
  std::uint64_t answered_before_ = 0;
  double reports_per_s_ = 0;
};

/// The line itself, at most 79 characters for figures of everyday size.
std::string progress_line(const ReplayProgress::Figures& figures, double reports_per_s);

}  // namespace herd::app
