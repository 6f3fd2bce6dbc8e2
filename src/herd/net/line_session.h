#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "herd/base/time.h"
#include "herd/net/descriptor.h"
#include "herd/places/provider.h"
#include "herd/protocols/line_protocol.h"

namespace herd::net {

/// One client's connection in the line protocol, as a state machine: its owner waits for what it waits for and then
/// lets it take a turn, which never blocks. One turn = one read, every whole line in it, one write.
///
/// It has bytes of its own only while a line is incomplete, its client does not read, or replies wait for places.
class LineSession {
 public:
  /// What turns work on. All sessions of a loop share it, so an idle connection costs none.
  struct Desk {
    std::array<char, 64 * 1024> input;
    std::string replies;
  };

  enum class Wait : std::uint8_t {
    for_input,
    for_room,    ///< unsent replies: while the client does not read them, it is not read either
    for_places,  ///< take_places() with the answers to take_questions()
    for_end,     ///< the last reply is sent; closing before the client has stopped sending would take it from it
    for_nothing  ///< it is over: to be closed
  };

  /// `socket` does not block; the rest is as for protocols::LineProtocol.
  LineSession(Descriptor socket, protocols::Herd& herd, TrafficLog& log, std::size_t line_bytes_max,
              std::string client_address)
      : socket_(std::move(socket)), protocol_(herd, log, line_bytes_max, std::move(client_address)) {}

  int socket() const { return socket_.number(); }
  Wait waits() const { return wait_; }
  /// What it wants to know while it waits for places; to be taken once each time.
  std::vector<places::NearbyQuery> take_questions() { return protocol_.take_questions(); }

  /// There is input or room, or the connection broke. Returns what it waits for next.
  Wait take_turn(Desk& desk);

  /// The places it waited for: what a Provider found, one answer at least. Returns what it waits for next.
  Wait take_places(std::vector<std::string> answers, Desk& desk);

 private:
  Wait read(Desk& desk);
  Wait converse(Desk& desk);
  Wait go_on(Desk& desk);
  Wait send_rest(Desk& desk);
  Wait discard(Desk& desk);
  bool send(std::string& replies);

  Descriptor socket_;
  Wait wait_ = Wait::for_input;
  protocols::LineProtocol::Next next_ = protocols::LineProtocol::Next::input;  // once all replies are sent
  bool input_ended_ = false;
  std::uint32_t discarded_ = 0;  // bytes, while it waits for the end
  Time received_at_ = 0;         // what is being answered
  protocols::LineProtocol protocol_;
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
};

}  // namespace herd::net
