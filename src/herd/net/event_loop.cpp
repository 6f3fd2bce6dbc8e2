#include "herd/net/event_loop.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <list>

namespace herd::net {

namespace asio = boost::asio;

struct EventLoop::State {
  // One thread runs it; others only post results to it.
  asio::io_context context{1};
  asio::signal_set terminations{context};
  asio::signal_set hangups{context};
  std::list<asio::steady_timer> timers;
  bool ceased = false;

  void tick(asio::steady_timer& timer, Duration interval, std::function<void()> action) {
    timer.expires_after(std::chrono::nanoseconds(interval));
    timer.async_wait(
        [this, &timer, interval, action = std::move(action)](const boost::system::error_code& error) mutable {
          if (error || ceased) return;
          action();
          tick(timer, interval, std::move(action));
        });
  }

  void wait_for(asio::signal_set& signals, std::function<void()> action) {
    signals.async_wait(
        [this, &signals, action = std::move(action)](const boost::system::error_code& error, int) mutable {
          if (error || ceased) return;
          action();
          wait_for(signals, std::move(action));
        });
  }
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  state_->context.run();
}

void EventLoop::every(Duration interval, std::function<void()> action) {
  state_->tick(state_->timers.emplace_back(state_->context), interval, std::move(action));
}

void EventLoop::soon(std::function<void()> action) {
  asio::post(state_->context, std::move(action));
}

void EventLoop::on_terminate(std::function<void()> action) {
  state_->terminations.add(SIGINT);
  state_->terminations.add(SIGTERM);
  state_->wait_for(state_->terminations, std::move(action));
}

void EventLoop::on_hangup(std::function<void()> action) {
  state_->hangups.add(SIGHUP);
  state_->wait_for(state_->hangups, std::move(action));
}

void EventLoop::stop() {
  state_->context.stop();
}

void EventLoop::cease() {
  state_->ceased = true;
  state_->terminations.cancel();
  state_->hangups.cancel();
  for (auto& timer : state_->timers) timer.cancel();
}

asio::io_context& EventLoop::context() {
  return state_->context;
}

}  // namespace herd::net
