#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "herd/wire/line_framer.h"

namespace herd::app {

/// Counts the commands that go to a line port against the answers that come back, so that an end of the connection that
/// came too early is told from one that did not. Each line that is not blank has one answer: an AT line, which JSON and
/// an empty line follow if the command was a WHATSAT, or a line that begins with "? ".
class CommandAnswers {
 public:
  /// No server takes a line that is longer.
  static constexpr std::size_t line_bytes_max = 1024 * 1024;

  /// These bytes go out next. To be told before anything can come back.
  void sent(std::string_view bytes);
  void received(std::string_view bytes);
  /// Nothing goes or comes any more: a last line without LF was a command, too.
  void end();

  std::uint64_t commands() const { return commands_; }
  std::uint64_t answered() const { return answered_; }
  /// Whether an answer was "? ...".
  bool refused() const { return refused_; }
  /// Whether the only answer was that of a port of TLS to who speaks plainly.
  bool speaks_tls() const { return answered_ == 1 && speaks_tls_; }
  /// The line, in quotes, that came where an answer of a herd was due or none at all; from there on nothing counts.
  /// Empty: there was no such line.
  const std::string& no_answer() const { return no_answer_; }

 private:
  void count_commands();
  void count_answers();

  wire::LineFramer commands_sent_{line_bytes_max};
  std::deque<bool> unanswered_;  // whether it is a WHATSAT
  std::string unread_;           // the beginning of an answer
  std::uint64_t commands_ = 0;
  std::uint64_t answered_ = 0;
  bool refused_ = false;
  bool speaks_tls_ = false;
  std::string no_answer_;
};

}  // namespace herd::app
