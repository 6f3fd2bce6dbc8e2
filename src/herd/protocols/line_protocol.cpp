#include "herd/protocols/line_protocol.h"

#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <cassert>
#include <iterator>
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

const std::string& no_places() {
  static const auto json = places::nearby_search_json({});
  return json;
}

/// "POST / HTTP/1.1": what a browser sends for any web page, whatever the port is for. The page chooses the lines of
/// the body behind it; no other request of a page has one without the server's leave.
bool is_post_of_http(std::string_view line) {
  return line.starts_with("POST ") && (line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0"));
}

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
  Turn(Time the_now, std::string& the_replies) : now(the_now), replies(the_replies), out(&the_replies) {}

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
  std::string* out;  // where the next reply goes: replies, or those that wait for places
  boost::container::static_vector<std::string_view, Herd::reports_at_once> lines;
  boost::container::static_vector<Herd::Heard, Herd::reports_at_once> heard;

 private:
  static constexpr std::size_t difference_bytes_max = 24;

  std::size_t bytes_waiting_ = 0;
};

/// Replies that wait for places, the first of them a WHATSAT's, and all behind it. Each is one line, which places
/// follow if it is a WHATSAT's.
struct LineProtocol::Waiting {
  /// Where places are to come.
  struct Gap {
    std::size_t at = 0;  // of lines
    bool asks = false;   // or no places are wanted
  };

  std::string lines;
  std::vector<Gap> gaps;
  std::vector<places::NearbyQuery> questions;  // without those that answers came for
  std::size_t places_bytes = 0;                // set aside

  // How far they are handed out.
  std::size_t at = 0;   // of lines
  std::size_t gap = 0;  // of gaps
  std::vector<std::string> answers;
  std::size_t answer = 0;  // of answers

  std::size_t bytes() const { return lines.size() + places_bytes; }
};

LineProtocol::LineProtocol(Herd& herd, TrafficLog& log, std::size_t line_bytes_max, std::string client_address)
    : herd_(herd), log_(log), framer_(line_bytes_max), client_address_(std::move(client_address)) {}
LineProtocol::~LineProtocol() = default;

void LineProtocol::end_of_input() {
  input_ended_ = true;
  framer_.end();
}

void LineProtocol::limit_to(std::shared_ptr<const Grant> grant, Access& access) {
  grant_ = std::move(grant);
  access_ = &access;
}

LineProtocol::Next LineProtocol::advance(Time now, std::string& replies) {
  if (waiting_) return hand_out(replies);
  Turn turn(now, replies);
  for (;;) {
    std::string_view line;
    const bool full = is_full(turn);
    const auto next = full || is_over_ ? wire::LineFramer::Next::incomplete : framer_.next(line);
    if (next == wire::LineFramer::Next::line) {
      answer(line, turn);
      continue;
    }
    answer_reports(turn);
    if (next == wire::LineFramer::Next::too_long) {
      log_in(line);
      answer_invalid(line.substr(0, too_long_echo_bytes), turn);
      is_over_ = true;  // nobody can tell where the next line begins
      continue;
    }
    if (waiting_) return Next::places;
    if (full) return Next::write;
    return input_ended_ || is_over_ ? Next::close : Next::input;
  }
}

bool LineProtocol::is_full(const Turn& turn) const {
  if (!waiting_) return turn.bytes() >= replies_bytes_max;
  return turn.bytes() + waiting_->bytes() >= replies_bytes_max || waiting_->gaps.size() == questions_max;
}

/// Answers a line, a report perhaps together with later ones.
void LineProtocol::answer(std::string_view line, Turn& turn) {
  const auto command = wire::parse_command(line);
  if (std::holds_alternative<wire::BlankLine>(command)) return;
  const bool is_denied = grant_ && !may(command);
  if (is_denied) access_->count_denied();
  if (is_denied || is_too_often(turn.now)) {
    answer_reports(turn);
    log_in(trim(line));
    return answer_invalid(trim(line), turn);
  }
  if (const auto* iamat = std::get_if<wire::Iamat>(&command)) {
    turn.wait(line, *iamat, herd_.server().size());
    if (turn.heard.size() == Herd::reports_at_once) answer_reports(turn);
    return;
  }
  answer_reports(turn);
  log_in(trim(line));
  const auto* whatsat = std::get_if<wire::Whatsat>(&command);
  if (whatsat == nullptr || !answer_question(*whatsat, turn)) answer_invalid(trim(line), turn);
}

bool LineProtocol::is_too_often(Time now) {
  return is_rated_ && !access_->admits(std::string_view(client_address_).substr(0, client_address_.rfind(':')), 1, now);
}

bool LineProtocol::may(const wire::Command& command) {
  if (const auto* report = std::get_if<wire::Iamat>(&command)) return grant_->may(Verb::report, report->client);
  const auto* question = std::get_if<wire::Whatsat>(&command);
  if (question == nullptr) return true;  // it is refused anyway
  return grant_->may(Verb::read, question->client) && (question->bound == 0 || grant_->may(Verb::places));
}

void LineProtocol::answer_reports(Turn& turn) {
  if (turn.heard.empty()) return;
  herd_.report(turn.heard, turn.now);
  auto& replies = *turn.out;
  for (std::size_t i = 0; i < turn.heard.size(); ++i) {
    log_in(trim(turn.lines[i]));
    if (turn.heard[i].is_refused) {
      answer_invalid(trim(turn.lines[i]), turn);
      continue;
    }
    const auto begin = replies.size();
    wire::append_line(replies, herd_.server(), turn.now, turn.heard[i].report);
    if (!waiting_) log_out(std::string_view(replies).substr(begin));
    replies += '\n';
  }
  turn.clear();
}

/// False if nobody has heard of the client.
bool LineProtocol::answer_question(const wire::Whatsat& question, Turn& turn) {
  const auto at_line = herd_.locate(question.client);
  if (!at_line) return false;
  const bool asks = question.bound != 0;
  if (!asks && !waiting_) {
    // Where it is, and nothing else: whoever asks only that need not wait for a look-up.
    const auto begin = turn.replies.size();
    turn.replies.append(*at_line) += '\n';
    append_places(turn.replies, begin, no_places());
    return true;
  }
  if (!waiting_) {
    waiting_ = std::make_unique<Waiting>();
    turn.out = &waiting_->lines;
  }
  waiting_->lines.append(*at_line) += '\n';
  waiting_->gaps.push_back({waiting_->lines.size(), asks});
  waiting_->places_bytes += question.bound * bytes_per_place;
  if (asks) {
    waiting_->questions.push_back({wire::parse_record(*at_line)->location, question.radius_m, question.bound});
  }
  return true;
}

std::vector<places::NearbyQuery> LineProtocol::take_questions() {
  return waiting_->questions;
}

void LineProtocol::answer_places(std::vector<std::string> answers) {
  auto& questions = waiting_->questions;
  assert(!answers.empty() && answers.size() <= questions.size());
  questions.erase(questions.begin(), questions.begin() + std::ssize(answers));
  waiting_->answers = std::move(answers);
  waiting_->answer = 0;
}

/// Appends replies that waited, as many as a write takes and as there are answers for.
LineProtocol::Next LineProtocol::hand_out(std::string& replies) {
  auto& waiting = *waiting_;
  while (waiting.at < waiting.lines.size()) {
    if (replies.size() >= replies_bytes_max) return Next::write;
    const auto end = waiting.lines.find('\n', waiting.at) + 1;
    const auto* gap = waiting.gap < waiting.gaps.size() ? &waiting.gaps[waiting.gap] : nullptr;
    if (gap != nullptr && gap->at != end) gap = nullptr;
    const bool asks = gap != nullptr && gap->asks;
    if (asks && waiting.answer == waiting.answers.size()) return Next::places;
    const auto line = std::string_view(waiting.lines).substr(waiting.at, end - waiting.at);
    const auto begin = replies.size();
    replies.append(line);
    waiting.at = end;
    if (gap == nullptr) {
      log_out(line.substr(0, line.size() - 1));
      continue;
    }
    ++waiting.gap;
    // The answer goes as its reply comes.
    append_places(replies, begin, asks ? std::exchange(waiting.answers[waiting.answer++], {}) : no_places());
  }
  waiting_.reset();
  return Next::write;  // before the next commands, whose places may take their time
}

/// Completes the reply that begins at `begin`, which is an AT line yet.
void LineProtocol::append_places(std::string& replies, std::size_t begin, std::string_view json) {
  append_without_empty_lines(replies, json);
  log_out(std::string_view(replies).substr(begin));
  replies += "\n\n";
}

void LineProtocol::answer_invalid(std::string_view line, Turn& turn) {
  herd_.count_invalid();
  if (is_post_of_http(line)) is_over_ = true;
  auto& replies = *turn.out;
  const auto begin = replies.size();
  replies.append("? ");
  replies.append(line);
  if (!waiting_) log_out(std::string_view(replies).substr(begin));
  replies += '\n';
}

}  // namespace herd::protocols
