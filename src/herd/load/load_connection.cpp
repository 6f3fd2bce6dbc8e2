#include "herd/load/load_connection.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace herd::load {
namespace {

/// A prime, so that every place in a batch and every client gets its turn.
constexpr std::uint64_t checked_interval = 1009;

}  // namespace

LoadConnection::LoadConnection(net::ClientSocket socket, std::size_t target, ReportLines lines)
    : socket_{std::move(socket)}, target_{target}, lines_{std::move(lines)} {}

void LoadConnection::append(std::uint64_t reports, Time now) {
  const auto line_bytes = lines_.line_bytes();
  const auto begin = out_.size();
  out_.resize(begin + reports * line_bytes);
  newest_ = std::max(newest_ + 1, now);
  for (std::uint64_t i = 0; i < reports; ++i) lines_.write(out_.data() + begin + i * line_bytes, newest_++);
  reported_ += reports;
  if (reported_ > next_checked_ && answers_.expects_nothing()) {
    const auto last = std::string_view(out_).substr(out_.size() - line_bytes);
    const auto first = std::string_view(out_).substr(begin, line_bytes);
    // The first of all, and the last of a batch, which the whole batch must be right for.
    const bool is_first = next_checked_ == 0;
    answers_.expect(is_first ? 0 : reported_ - 1, is_first ? first : last);
    next_checked_ = reported_ + checked_interval;
  }
}

void LoadConnection::send() {
  const auto sent = socket_.send(std::string_view(out_).substr(sent_bytes_));
  // What the server said before it closed may still be on its way; receiving will tell that it is over.
  sent_bytes_ = sent ? sent_bytes_ + *sent : out_.size();
  if (sent_bytes_ < out_.size()) return;
  out_.clear();
  sent_bytes_ = 0;
}

std::uint64_t LoadConnection::receive(std::span<char> buffer) {
  std::ranges::copy(rest_, buffer.begin());
  const auto received = socket_.receive(buffer.subspan(rest_.size()));
  if (!received) {
    close(received.error().message);
    return 0;
  }
  const auto before = answers_.count();
  const std::string_view bytes(buffer.data(), rest_.size() + *received);
  const auto taken = answers_.take(bytes);
  rest_.assign(bytes.substr(taken));
  if (answers_.wrong()) {
    close(answers_.why_wrong());
  } else if (answers_.count() > reported_) {
    close("more answers than reports");
  }
  return answers_.count() - before;
}

void LoadConnection::close(std::string why) {
  socket_.close();
  why_closed_ = std::move(why);
}

}  // namespace herd::load
