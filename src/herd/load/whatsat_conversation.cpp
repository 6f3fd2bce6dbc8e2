#include "herd/load/whatsat_conversation.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <poll.h>

#include "herd/base/text.h"
#include "herd/net/clock.h"
#include "herd/wire/posix_time.h"

namespace herd::load {
namespace {

constexpr std::size_t answer_bytes_max = 1024 * 1024;

}  // namespace

Result<std::optional<WhatsatAnswer>> first_whatsat_answer(std::string_view bytes) {
  const auto line = bytes.substr(0, bytes.find('\n'));
  const bool whole_line = line.size() < bytes.size();
  if (whole_line && line.starts_with("? ")) return std::optional(WhatsatAnswer{line, line.size() + 1});
  if (whole_line && line.starts_with("AT ")) {
    const auto end = bytes.find("\n\n", line.size() + 1);
    if (end != std::string_view::npos) return std::optional(WhatsatAnswer{line, end + 2});
  } else if (whole_line) {
    return Error{"answered " + in_quotes(line) + " to WHATSAT"};
  }
  if (bytes.size() > answer_bytes_max) return Error{"sent an answer longer than 1 MiB"};
  return std::optional<WhatsatAnswer>{};
}

std::optional<Time> reported_time(std::string_view line, std::string_view client) {
  if (take_field(line) != "AT") return std::nullopt;
  take_field(line);
  take_field(line);
  if (take_field(line) != client) return std::nullopt;
  take_field(line);
  return wire::parse_posix_time(take_field(line));
}

void WhatsatConversation::ask(std::string_view client) {
  out_ += "WHATSAT ";
  out_ += client;
  out_ += " 0 0\n";
  ++under_way_;
}

Result<void> WhatsatConversation::exchange(Time deadline, const std::function<void(std::string_view)>& on_answer) {
  for (bool answered = false; !answered;) {
    if (!out_.empty()) {
      const auto sent = socket_.send(out_);
      // What the server said before it closed may still be on its way; receiving will tell that it is over.
      out_.erase(0, sent ? *sent : out_.size());
    }
    const bool has_unread = socket_.may_have_unread();
    pollfd entry{socket_.descriptor(), socket_.awaited(!out_.empty()), 0};
    const auto wait = std::max<Duration>(deadline - net::steady_now(), 0);
    const timespec timeout{wait / second, wait % second};
    if (!has_unread && ppoll(&entry, 1, &timeout, nullptr) <= 0) return {};
    if (!has_unread && !out_.empty() && (entry.revents & ~POLLOUT) == 0) continue;

    std::array<char, 64 * 1024> buffer;
    const auto received = socket_.receive(buffer);
    if (!received) return received.error();
    in_.append(buffer.data(), *received);
    std::size_t taken = 0;
    for (;;) {
      const auto answer = first_whatsat_answer(std::string_view(in_).substr(taken));
      if (!answer) return answer.error();
      if (!*answer) break;
      if (under_way_ == 0) return Error{"more answers than questions"};
      --under_way_;
      on_answer((*answer)->line);
      taken += (*answer)->bytes;
      answered = true;
    }
    in_.erase(0, taken);
  }
  return {};
}

}  // namespace herd::load
