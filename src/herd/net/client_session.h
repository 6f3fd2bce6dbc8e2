#pragma once

#include <array>
#include <boost/intrusive/list_hook.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "herd/base/time.h"
#include "herd/net/client_stream.h"

namespace herd::net {

class ClientSessions;

/// One client's connection, of whatever protocol, as a state machine: its owner waits for what it waits for and then
/// lets it take a turn, which never blocks. One turn = one read, everything whole in it, one write.
///
/// It has bytes of its own only while its client does not read, or what the protocol keeps.
class ClientSession : public boost::intrusive::list_base_hook<> {
 public:
  /// What turns work on. All sessions of a loop share it, so an idle connection costs none.
  struct Desk {
    std::array<char, 64 * 1024> input;
    std::string replies;
    bool is_stopping = false;  ///< the server: what is under way is brought to its end, and no more
  };

  enum class Wait : std::uint8_t {
    for_input,
    for_room,    ///< unsent replies: while the client does not read them, it is not read either
    for_answer,  ///< ask() is to be called, and take_answer() when the answer comes
    for_end,     ///< the last reply is sent; closing before the client has stopped sending would take it from it
    for_owner,   ///< hand_over() is to be called
    for_nothing  ///< it is over: to be closed
  };

  /// How long its client may go on without doing what is waited for. Each kind has a limit of its own.
  enum class Patience : std::uint8_t {
    endless,   ///< nobody waits for the client
    greeting,  ///< a TLS handshake
    head,      ///< a request's head, from its first byte
    body,      ///< a piece of a request's body
    idle,      ///< the next request
    stalled,   ///< the client takes some of what is unsent
    farewell   ///< the client stops sending
  };
  static constexpr std::size_t patience_kinds = 7;

  /// What comes next once what is on the desk is sent.
  enum class Next : std::uint8_t {
    input,   ///< on_input()
    write,   ///< go_on(): there is more to say
    answer,  ///< ask()
    leave,   ///< hand_over()
    close,   ///< the conversation is over
    abort    ///< without a farewell
  };

  /// A way for an answer to come back to a session, from any thread: `step` is called on the session's loop, unless
  /// that has ended.
  using Bring = std::function<void(std::function<Next(Desk&)> step)>;

  explicit ClientSession(ClientStream stream) : stream_(std::move(stream)) {}
  virtual ~ClientSession() = default;

  Wait waits() const { return wait_; }
  /// The memory that replies take which its client has not read.
  std::size_t unsent_bytes() const { return unsent_.empty() ? 0 : unsent_.capacity(); }
  Patience patience() const;

  /// There is input or room, or the connection broke. Returns what it waits for next.
  Wait take_turn(Desk& desk);
  /// It was roused(), or may have unread input.
  Wait take_roused_turn(Desk& desk);
  /// Its patience is at an end.
  Wait take_late_turn(Desk& desk);
  /// It waits for input, and the server is stopping: takes what has come, and ends if nothing is under way. Whose
  /// client has said nothing yet is left as it is.
  Wait take_last_turn(Desk& desk);
  /// Waits for its client to begin something, or to close what was brought to its end, and has no input that was not
  /// read.
  bool is_at_rest() const;
  /// The answer it waited for.
  Wait take_answer(const std::function<Next(Desk&)>& step, Desk& desk);

  /// It waits for an answer, which is to come by way of `bring`, once.
  virtual void ask(Bring /*bring*/) {}
  /// Its conversation goes on elsewhere: gives its stream away, and nothing more is asked of it.
  virtual void hand_over() {}

 protected:
  /// A conversation that began elsewhere, in which it is to go_on().
  static constexpr struct GoesOn {
  } goes_on{};
  ClientSession(ClientStream stream, GoesOn /*goes_on*/)
      : stream_(std::move(stream)), wait_(Wait::for_room), next_(Next::write), has_heard_(true) {}

  /// What came; nothing: the client has stopped sending. Appends to the replies on the desk.
  virtual Next on_input(std::string_view bytes, Desk& desk) = 0;
  /// What was said before is sent.
  virtual Next go_on(Desk& desk) = 0;
  /// While it waits for input.
  virtual Patience patience_for_input() const { return Patience::endless; }
  /// Patience for input is at an end.
  virtual Next on_late_input(Desk& /*desk*/) { return Next::abort; }
  /// The server is stopping, and all that came was read, and answered as far as it goes: input if that is not all of
  /// it.
  virtual Next on_stopping(Desk& /*desk*/) { return Next::abort; }
  /// The client has not taken any of what is unsent for too long: the connection ends.
  virtual void on_stalled() {}
  /// The client has completed a TLS handshake.
  virtual void on_greeted() {}
  /// The client speaks TLS on a plain port, or none on a port of TLS: the last chance to say something.
  virtual Next on_misunderstanding(bool /*speaks_tls*/, Desk& /*desk*/) { return Next::abort; }
  /// TLS came to nothing, for this reason.
  virtual void on_tls_failure(std::string_view /*reason*/) {}

  const ClientStream& stream() const { return stream_; }
  ClientStream give_stream() { return std::move(stream_); }
  bool input_has_ended() const { return input_ended_; }
  /// From now on patience is as fresh as if it were of another kind.
  void renew_patience() { is_patience_fresh_ = true; }

 private:
  friend class ClientSessions;

  Wait read(Desk& desk);
  Wait fail(std::ptrdiff_t outcome, Desk& desk);
  Wait converse(Desk& desk, Next next);
  bool send(std::string& replies);
  Wait send_rest(Desk& desk);
  Wait discard(Desk& desk);

  ClientStream stream_;
  std::string unsent_;
  std::size_t sent_ = 0;         // of unsent_
  std::uint32_t discarded_ = 0;  // bytes, while it waits for the end
  Wait wait_ = Wait::for_input;
  Next next_ = Next::input;  // once all replies are sent
  bool has_heard_ = false;
  bool input_ended_ = false;
  bool is_patience_fresh_ = false;

  // The owner's notes.
  ClientPoll::For polled_for_ = ClientPoll::For::nothing;
  Patience listed_as_ = Patience::endless;
  bool is_roused_ = false;
  std::uint32_t listed_at_ = 0;  // tick
};

}  // namespace herd::net
