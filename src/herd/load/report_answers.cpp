#include "herd/load/report_answers.h"

#include "herd/base/text.h"
#include "herd/wire/posix_time.h"

namespace herd::load {
namespace {

std::string_view take_to_blank(std::string_view& text) {
  const auto field = text.substr(0, text.find(' '));
  text.remove_prefix(field.size() < text.size() ? field.size() + 1 : field.size());
  return field;
}

}  // namespace

bool is_answer_to(std::string_view line, std::string_view report) {
  if (take_to_blank(report) != "IAMAT" || take_to_blank(line) != "AT") return false;
  const bool named = !take_to_blank(line).empty();
  return named && wire::parse_difference(take_to_blank(line)).has_value() && line == trim(report);
}

void ReportAnswers::expect(std::uint64_t number, std::string_view report) {
  checked_number_ = number;
  checked_report_ = trim(report);
}

std::size_t ReportAnswers::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (!wrong()) {
    const auto end = bytes.find('\n', taken);
    if (end == std::string_view::npos) break;
    const auto line = bytes.substr(taken, end - taken);
    if (count() == checked_number_ && !checked_report_.empty()) {
      check(line);
    } else if (line.starts_with("AT ")) {
      ++answered_;
    } else {
      take_other(line);
    }
    taken = end + 1;
  }
  if (!wrong() && bytes.size() - taken > line_bytes_max) why_wrong_ = "sent an answer longer than 64 KiB";
  return taken;
}

void ReportAnswers::take_other(std::string_view line) {
  if (!line.starts_with("? ")) {
    why_wrong_ = "answered " + in_quotes(line) + " to a report";
    return;
  }
  if (refused_++ == 0) append_printable(first_refused_, line, 300);
}

void ReportAnswers::check(std::string_view line) {
  if (is_answer_to(line, checked_report_)) {
    ++answered_;
  } else if (line.starts_with("AT ")) {
    why_wrong_ = "answered " + in_quotes(line) + " to " + in_quotes(checked_report_);
  } else {
    take_other(line);
  }
  checked_report_.clear();
}

}  // namespace herd::load
