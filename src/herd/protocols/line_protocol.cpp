#include "herd/protocols/line_protocol.h"

#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <utility>
#include <variant>

#include "herd/base/text.h"
#include "herd/places/nearby_search.h"
#include "herd/wire/command.h"
#include "herd/wire/record.h"

namespace herd::protocols {
namespace {

/// How much of a line over the limit is repeated to its sender.
constexpr std::size_t too_long_echo_bytes = 64;

/// Appends the lines of the text that are not empty, without the last newline: an empty line ends the answer.
void append_without_empty_lines(std::string& out, std::string_view text) {
  for (bool first = true;; first = false) {
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    if (text.empty()) return;
    if (!first) out += '\n';
    const auto line = text.substr(0, text.find('\n'));
    out.append(line);
    text.remove_prefix(line.size());
  }
}

}  // namespace

/// What one advance() does: reports wait in it for one another, so that the herd takes many at once.
class LineProtocol::Turn {
 public:
  Turn(Time the_now, std::string& the_replies) : now(the_now), replies(the_replies) {}

  void wait(std::string_view line, const wire::Iamat& report, std::size_t server_bytes) {
    lines.push_back(line);
    heard.push_back({report});
    bytes_waiting_ += line.size() + server_bytes + difference_bytes_max;
  }
  void clear() {
    lines.clear();
    heard.clear();
    bytes_waiting_ = 0;
  }

  /// Of replies, at most, those of the reports that wait included.
  std::size_t bytes() const { return replies.size() + bytes_waiting_; }

  const Time now;
  std::string& replies;
  boost::container::static_vector<std::string_view, Herd::reports_at_once> lines;
  boost::container::static_vector<Herd::Heard, Herd::reports_at_once> heard;

 private:
  static constexpr std::size_t difference_bytes_max = 24;

  std::size_t bytes_waiting_ = 0;
};

LineProtocol::LineProtocol(Herd& herd, TrafficLog& log, std::size_t line_bytes_max, std::string client_address)
    : herd_(herd), log_(log), framer_(line_bytes_max), client_address_(std::move(client_address)) {}

void LineProtocol::end_of_input() {
  input_ended_ = true;
  framer_.end();
}

LineProtocol::Next LineProtocol::advance(Time now, std::string& replies) {
  Turn turn(now, replies);
  for (;;) {
    std::string_view line;
    const bool is_full = turn.bytes() >= replies_bytes_max;
    const auto next = is_full ? wire::LineFramer::Next::incomplete : framer_.next(line);
    if (next == wire::LineFramer::Next::line) {
      if (!answer(line, turn)) return Next::places;
      continue;
    }
    answer_reports(turn);
    if (is_full) return Next::write;
    if (next == wire::LineFramer::Next::incomplete) return input_ended_ ? Next::close : Next::input;
    log_.line(TrafficLog::Direction::in, client_address_, line);
    answer_invalid(line.substr(0, too_long_echo_bytes), replies);
    return Next::close;
  }
}

bool LineProtocol::answer(std::string_view line, Turn& turn) {
  const auto command = wire::parse_command(line);
  if (std::holds_alternative<wire::BlankLine>(command)) return true;
  if (const auto* iamat = std::get_if<wire::Iamat>(&command)) {
    turn.wait(line, *iamat, herd_.server().size());
    if (turn.heard.size() == Herd::reports_at_once) answer_reports(turn);
    return true;
  }
  answer_reports(turn);
  log_.line(TrafficLog::Direction::in, client_address_, trim(line));
  if (const auto* whatsat = std::get_if<wire::Whatsat>(&command)) {
    if (auto at_line = herd_.locate(whatsat->client)) {
      at_line_ = *std::move(at_line);
      query_ = {wire::parse_record(at_line_)->location, whatsat->radius_m, whatsat->bound};
      if (query_.limit != 0) return false;
      // Where it is, and nothing else: whoever asks only that need not wait for a look-up.
      answer_places(places::nearby_search_json({}), turn.replies);
      return true;
    }
  }
  answer_invalid(trim(line), turn.replies);
  return true;
}

void LineProtocol::answer_reports(Turn& turn) {
  if (turn.heard.empty()) return;
  herd_.report(turn.heard, turn.now);
  for (std::size_t i = 0; i < turn.heard.size(); ++i) {
    log_.line(TrafficLog::Direction::in, client_address_, trim(turn.lines[i]));
    if (turn.heard[i].is_refused) {
      answer_invalid(trim(turn.lines[i]), turn.replies);
      continue;
    }
    const auto begin = turn.replies.size();
    wire::append_line(turn.replies, herd_.server(), turn.now, turn.heard[i].report);
    log_.line(TrafficLog::Direction::out, client_address_, std::string_view(turn.replies).substr(begin));
    turn.replies += '\n';
  }
  turn.clear();
}

void LineProtocol::answer_places(std::string_view json, std::string& replies) {
  const auto begin = replies.size();
  replies.append(at_line_);
  replies += '\n';
  append_without_empty_lines(replies, json);
  log_.line(TrafficLog::Direction::out, client_address_, std::string_view(replies).substr(begin));
  replies.append("\n\n");
  std::string().swap(at_line_);  // it may be as long as a line, and the connection idle from now on
}

void LineProtocol::answer_invalid(std::string_view line, std::string& replies) {
  herd_.count_invalid();
  const auto begin = replies.size();
  replies.append("? ");
  replies.append(line);
  log_.line(TrafficLog::Direction::out, client_address_, std::string_view(replies).substr(begin));
  replies += '\n';
}

}  // namespace herd::protocols
