#include "herd/app/child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace herd::app {

namespace {

// This very file, even if another has taken its name since.
constexpr const char* own_executable = "/proc/self/exe";

[[noreturn]] void become_child(pid_t parent, int output, const std::vector<std::string>& arguments) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);  // it died before we asked to be told
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);

  std::string name = "proxyherd";
  auto words = arguments;
  std::vector<char*> argv{name.data()};
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(own_executable, argv.data());
  std::perror("proxyherd: cannot run itself");
  _exit(1);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  const auto parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become_child(parent, ends[1], arguments);
  const int error = errno;
  close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0) {
    close(output_);
    throw std::system_error(error, std::generic_category(), "fork");
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    send_signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) close(output_);
}

void ChildProcess::send_signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

bool ChildProcess::has_ended(int& wait_status) {
  if (waitpid(pid_, &wait_status, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

}  // namespace herd::app
