#pragma once

#include <cstdint>
#include <memory>

#include "herd/net/event_loop.h"

namespace herd::net {

/// The client connections of one event loop, in an epoll set of their own: a turn of theirs costs a read and a write,
/// and nothing of Asio. The loop waits for the set as for one descriptor, and everything else on the loop gets its turn
/// between the rounds. All of it belongs to the loop's thread.
class ClientPoll {
 public:
  /// Whoever serves the connections.
  class Handler {
   public:
    virtual ~Handler() = default;
    /// `client`, as it was given to watch(), can go on, or its connection broke. May remove it.
    virtual void on_ready(void* client) = 0;
    /// All that were ready had their turn.
    virtual void on_round_end() = 0;
  };

  enum class For : std::uint8_t { nothing, input, room };

  /// Both must outlive it. Throws std::system_error if the system has no more descriptors.
  ClientPoll(EventLoop& loop, Handler& handler);
  ~ClientPoll();

  /// From now on waits on `socket`, which waited for `before`, for `next`, on behalf of `client`. Tells again and again
  /// as long as there is input or room. A socket that is closed is forgotten without a word. False if the system has
  /// no room for another.
  [[nodiscard]] bool watch(int socket, For before, For next, void* client);

  /// Waits no more, so that the loop may end.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
