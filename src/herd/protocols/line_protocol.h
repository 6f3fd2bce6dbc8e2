#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/base/traffic_log.h"
#include "herd/places/provider.h"
#include "herd/protocols/herd.h"
#include "herd/wire/line_framer.h"

namespace herd::protocols {

/// One client's conversation in the line protocol (docs/protocol.md): bytes in, reply bytes out, in the order of the
/// commands. A WHATSAT needs places, which may take their time: the conversation then waits, and only it.
class LineProtocol {
 public:
  /// advance() stops once it has appended this much, so that a client that does not read is not read either.
  static constexpr std::size_t replies_bytes_max = 256 * 1024;

  /// `herd` and `log` must outlive the conversation; `client_address` is for the log.
  LineProtocol(Herd& herd, TrafficLog& log, std::size_t line_bytes_max, std::string client_address);

  enum class Next {
    input,   ///< all whole lines are answered: push() more, after keep()
    write,   ///< `replies_bytes_max` is reached: send the replies, then advance() again
    places,  ///< a WHATSAT waits: answer_places() with what is near query(), then advance() again
    close,   ///< send the replies, then close the connection
  };

  /// Bytes that came; they must stay valid until keep().
  void push(std::string_view bytes) { framer_.push(bytes); }

  /// The client half-closed: a last line without LF counts as a command.
  void end_of_input();

  /// Executes commands, appending their replies. `now` is when they came, POSIX ns.
  Next advance(Time now, std::string& replies);

  /// The pushed bytes are about to go away.
  void keep() { framer_.keep(); }

  const places::NearbyQuery& query() const { return query_; }

  /// Completes the waiting WHATSAT with a Nearby Search response.
  void answer_places(std::string_view json, std::string& replies);

 private:
  class Turn;
  void answer_invalid(std::string_view line, std::string& replies);
  void answer_reports(Turn& turn);
  /// Answers a line, perhaps together with later ones; false if it is a WHATSAT that must wait for places.
  bool answer(std::string_view line, Turn& turn);

  Herd& herd_;
  TrafficLog& log_;
  wire::LineFramer framer_;
  std::string client_address_;
  bool input_ended_ = false;
  std::string at_line_;  // of the waiting WHATSAT
  places::NearbyQuery query_;
};

}  // namespace herd::protocols
