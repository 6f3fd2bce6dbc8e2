#include "herd/app/stop_signals.h"

#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace herd::app {

StopSignals::StopSignals(std::function<void()> clean_up) : clean_up_(std::move(clean_up)) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  waiter_ = std::thread([this] {
    int signal = 0;
    while (sigwait(&signals_, &signal) != 0) {
    }
    if (over_) return;
    clean_up_();
    _exit(128 + signal);
  });
}

StopSignals::~StopSignals() {
  over_ = true;
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): it does not end the thread but wakes it, which waits for it
  pthread_kill(waiter_.native_handle(), SIGTERM);
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace herd::app
