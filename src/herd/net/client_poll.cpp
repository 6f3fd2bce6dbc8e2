#include "herd/net/client_poll.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <span>
#include <sys/epoll.h>
#include <system_error>

#include "herd/net/clock.h"

namespace herd::net {

namespace asio = boost::asio;

namespace {

/// How many have their turns before the neighbours are woken for what they brought.
constexpr std::size_t round_turns_max = 16;
/// For so long clients are served before links, timers and signals have their turn.
constexpr Duration rounds_max = 500 * microsecond;

int new_epoll_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "cannot wait for clients: epoll_create1");
  return set;
}

}  // namespace

struct ClientPoll::State {
  State(EventLoop& loop, Handler& the_handler)
      : context(loop.context()), set(context, new_epoll_set()), handler(the_handler) {}

  asio::io_context& context;
  asio::posix::stream_descriptor set;
  Handler& handler;
  bool closed = false;

  void wait() {
    set.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
      if (!error) serve();
    });
  }

  void serve() {
    const auto until = steady_now() + rounds_max;
    do {
      if (closed) return;
      if (!serve_round()) return wait();
    } while (steady_now() < until);
    asio::post(context, [this] { serve(); });
  }

  /// False if nobody was ready.
  bool serve_round() {
    std::array<epoll_event, round_turns_max> events;
    const int ready = ::epoll_wait(set.native_handle(), events.data(), round_turns_max, 0);
    if (ready <= 0) return false;
    for (const auto& event : std::span(events).first(static_cast<std::size_t>(ready))) {
      handler.on_ready(event.data.ptr);
    }
    handler.on_round_end();
    return true;
  }
};

ClientPoll::ClientPoll(EventLoop& loop, Handler& handler) : state_(std::make_unique<State>(loop, handler)) {
  state_->wait();
}

ClientPoll::~ClientPoll() = default;

bool ClientPoll::watch(int socket, For before, For next, void* client) {
  if (before == next) return true;
  epoll_event event{};
  event.events = next == For::input ? EPOLLIN : EPOLLOUT;
  event.data.ptr = client;
  const int enter = before == For::nothing ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  const int change = next == For::nothing ? EPOLL_CTL_DEL : enter;
  return ::epoll_ctl(state_->set.native_handle(), change, socket, &event) == 0;
}

void ClientPoll::close() {
  state_->closed = true;
  state_->set.close();
}

}  // namespace herd::net
