#include "herd/app/command_answers.h"

#include <optional>

#include "herd/base/result.h"
#include "herd/base/text.h"
#include "herd/load/whatsat_conversation.h"
#include "herd/net/client_tls.h"

namespace herd::app {
namespace {

/// What may come before the end of the line that it answers: a server refuses one that is too long before that.
constexpr std::size_t unasked_bytes_max = 64 * 1024;

/// The answer at the front of `bytes`; none if it is not whole yet. The error: it is none of a herd's.
Result<std::optional<load::WhatsatAnswer>> first_answer(std::string_view bytes, bool to_whatsat) {
  const auto line = bytes.substr(0, bytes.find('\n'));
  const bool whole_line = line.size() < bytes.size();
  if (!to_whatsat && whole_line && line.starts_with("AT ")) {
    return std::optional(load::WhatsatAnswer{line, line.size() + 1});
  }
  return load::first_whatsat_answer(bytes);  // in all else the two are alike
}

}  // namespace

void CommandAnswers::sent(std::string_view bytes) {
  commands_sent_.push(bytes);
  count_commands();
  commands_sent_.keep();
  count_answers();
}

void CommandAnswers::received(std::string_view bytes) {
  if (!no_answer_.empty()) return;
  unread_ += bytes;
  count_answers();
  if (unanswered_.empty() && unread_.size() > unasked_bytes_max) no_answer_ = in_quotes(unread_);
}

void CommandAnswers::end() {
  commands_sent_.end();
  count_commands();
  count_answers();
  const auto unasked = std::string_view(unread_).substr(0, unread_.find('\n'));
  if (unanswered_.empty() && no_answer_.empty() && !unread_.empty()) no_answer_ = in_quotes(unasked);
}

void CommandAnswers::count_commands() {
  std::string_view line;
  while (commands_sent_.next(line) != wire::LineFramer::Next::incomplete) {
    const auto name = take_field(line);
    if (name.empty()) continue;
    ++commands_;
    unanswered_.push_back(name == "WHATSAT");
  }
}

void CommandAnswers::count_answers() {
  std::size_t taken = 0;
  while (!unanswered_.empty() && no_answer_.empty()) {
    const auto rest = std::string_view(unread_).substr(taken);
    const auto answer = first_answer(rest, unanswered_.front());
    if (!answer) no_answer_ = in_quotes(rest.substr(0, rest.find('\n')));
    if (!answer || !*answer) break;
    refused_ |= (*answer)->line.starts_with("? ");
    speaks_tls_ |= (*answer)->line == net::speaks_tls_line;
    ++answered_;
    unanswered_.pop_front();
    taken += (*answer)->bytes;
  }
  unread_.erase(0, taken);
}

}  // namespace herd::app
