#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/base/traffic_log.h"
#include "herd/places/provider.h"
#include "herd/protocols/access.h"
#include "herd/protocols/herd.h"
#include "herd/wire/line_framer.h"

namespace herd::protocols {

/// One client's conversation in the line protocol (docs/protocol.md): bytes in, reply bytes out, in the order of the
/// commands.
///
/// A WHATSAT needs places, which may take their time. What came with it is executed meanwhile: a report behind it is
/// flooded at once, a further WHATSAT is looked up together with it. Their replies wait, as does what the client sends
/// from then on, and nobody else.
class LineProtocol {
 public:
  /// advance() stops once it has appended this much, so that a client that does not read is not read either.
  static constexpr std::size_t replies_bytes_max = 256 * 1024;
  /// Looked up together. A WHATSAT that wants no places counts where its reply waits.
  static constexpr std::size_t questions_max = 64;
  /// As much of `replies_bytes_max` is set aside for each place that a WHATSAT wants.
  static constexpr std::size_t bytes_per_place = 1024;

  /// `herd` and `log` must outlive the conversation; `client_address` is for the log.
  LineProtocol(Herd& herd, TrafficLog& log, std::size_t line_bytes_max, std::string client_address);
  ~LineProtocol();

  /// From now on a command that `grant` does not allow is refused as if it were none; `access` counts it, and must
  /// outlive the conversation. Until then everything is allowed.
  void limit_to(std::shared_ptr<const Grant> grant, Access& access);

  /// From now on commands count as requests of the client's address, and those that are too many are refused as if they
  /// were none. `access` must outlive the conversation.
  void limit_rate(Access& access) {
    access_ = &access;
    is_rated_ = true;
  }

  const std::string& client_address() const { return client_address_; }

  enum class Next {
    input,   ///< all whole lines are answered: push() more, after keep()
    write,   ///< `replies_bytes_max` is reached: send the replies, then advance() again
    places,  ///< send the replies, then answer_places() with what take_questions() asks for and advance() again
    close,   ///< send the replies, then close the connection
  };

  /// Bytes that came; they must stay valid until keep().
  void push(std::string_view bytes) { framer_.push(bytes); }

  /// The client half-closed: a last line without LF counts as a command.
  void end_of_input();

  /// Appends the replies whose places have come, if there are any; otherwise executes commands and appends their
  /// replies, but for those that wait for places. `now` is when the commands came, POSIX ns.
  Next advance(Time now, std::string& replies);

  /// The pushed bytes are about to go away.
  void keep() { framer_.keep(); }

  /// The questions that the next replies wait for; to be taken once each time that places are waited for.
  std::vector<places::NearbyQuery> take_questions();

  /// What a Provider found: Nearby Search responses to the first of the questions, in their order, one at least. They
  /// become replies as the client takes those; after that the rest of the questions is asked.
  void answer_places(std::vector<std::string> answers);

 private:
  class Turn;
  struct Waiting;
  bool is_full(const Turn& turn) const;
  bool may(const wire::Command& command);
  bool is_too_often(Time now);
  Next hand_out(std::string& replies);
  void answer(std::string_view line, Turn& turn);
  void answer_reports(Turn& turn);
  bool answer_question(const wire::Whatsat& question, Turn& turn);
  void answer_invalid(std::string_view line, Turn& turn);
  void append_places(std::string& replies, std::size_t begin, std::string_view json);
  void log_in(std::string_view line) { log_.line(TrafficLog::Direction::in, client_address_, line); }
  void log_out(std::string_view reply) { log_.line(TrafficLog::Direction::out, client_address_, reply); }

  Herd& herd_;
  TrafficLog& log_;
  wire::LineFramer framer_;
  std::string client_address_;
  std::shared_ptr<const Grant> grant_;  // null: everything
  Access* access_ = nullptr;            // not null if there is a grant or a rate
  bool is_rated_ = false;
  bool input_ended_ = false;
  bool is_over_ = false;              // nothing more is taken, whatever else comes
  std::unique_ptr<Waiting> waiting_;  // none most of the time: a connection is small
};

}  // namespace herd::protocols
