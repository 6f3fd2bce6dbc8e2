#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace herd::load {

/// Takes the answers to the reports of one connection. Each counts as answered if it begins with "AT ", as refused if
/// it begins with "? "; those that were announced by expect() must be the whole right line. Anything else is no answer
/// of a herd, and ends the conversation.
class ReportAnswers {
 public:
  static constexpr std::size_t line_bytes_max = 64 * 1024;

  /// Answer number `number` (from 0, not yet taken) is to be the one to this IAMAT line. One at a time.
  void expect(std::uint64_t number, std::string_view report);
  /// The answer last announced has come, or none was announced.
  bool expects_nothing() const { return checked_report_.empty(); }

  /// Takes the whole lines at the front of `bytes` and returns how many bytes they had; the rest is the beginning of a
  /// line, to be shown again with more. Stops where wrong() becomes true.
  std::size_t take(std::string_view bytes);

  std::uint64_t count() const { return answered_ + refused_; }
  std::uint64_t answered() const { return answered_; }
  std::uint64_t refused() const { return refused_; }
  /// The first of them; empty if there is none.
  const std::string& first_refused() const { return first_refused_; }

  bool wrong() const { return !why_wrong_.empty(); }
  /// "answered ... to ..."
  const std::string& why_wrong() const { return why_wrong_; }

 private:
  void take_other(std::string_view line);
  void check(std::string_view line);

  std::uint64_t answered_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t checked_number_ = 0;
  std::string checked_report_;  // without its line end; empty: none
  std::string first_refused_;
  std::string why_wrong_;
};

/// Whether `line` is `AT <server> <difference> <client> <location> <time>` with the last three as in the IAMAT line.
bool is_answer_to(std::string_view line, std::string_view report);

}  // namespace herd::load
