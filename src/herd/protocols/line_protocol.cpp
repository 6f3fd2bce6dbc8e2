#include "herd/protocols/line_protocol.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "herd/base/text.h"
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

LineProtocol::LineProtocol(Herd& herd, TrafficLog& log, std::size_t line_bytes_max, std::string client_address)
    : herd_(herd), log_(log), framer_(line_bytes_max), client_address_(std::move(client_address)) {}

void LineProtocol::end_of_input() {
  input_ended_ = true;
  framer_.end();
}

LineProtocol::Next LineProtocol::advance(Time now, std::string& replies) {
  for (;;) {
    if (replies.size() >= replies_bytes_max) return Next::write;
    std::string_view line;
    switch (framer_.next(line)) {
      case wire::LineFramer::Next::incomplete:
        return input_ended_ ? Next::close : Next::input;
      case wire::LineFramer::Next::too_long:
        log_.line(TrafficLog::Direction::in, client_address_, line);
        answer_invalid(line.substr(0, too_long_echo_bytes), replies);
        return Next::close;
      case wire::LineFramer::Next::line:
        break;
    }
    if (!answer(line, now, replies)) return Next::places;
  }
}

bool LineProtocol::answer(std::string_view line, Time now, std::string& replies) {
  const auto command = wire::parse_command(line);
  if (std::holds_alternative<wire::BlankLine>(command)) return true;
  log_.line(TrafficLog::Direction::in, client_address_, trim(line));

  if (const auto* iamat = std::get_if<wire::Iamat>(&command)) {
    const auto begin = replies.size();
    if (herd_.report(*iamat, now, replies)) {
      log_.line(TrafficLog::Direction::out, client_address_, std::string_view(replies).substr(begin));
      replies += '\n';
      return true;
    }
  } else if (const auto* whatsat = std::get_if<wire::Whatsat>(&command)) {
    if (const auto at_line = herd_.locate(whatsat->client)) {
      at_line_ = *at_line;
      const auto record = wire::parse_record(at_line_);
      query_ = {*geo::parse_iso6709(record->location), whatsat->radius_m, whatsat->bound};
      return false;
    }
  }
  answer_invalid(trim(line), replies);
  return true;
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
