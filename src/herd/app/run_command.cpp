#include "herd/app/run_command.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "herd/base/text.h"

namespace herd::app {
namespace {

std::atomic<pid_t> running = 0;

/// A pipe of which the child gets the end to write to.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  }
  Pipe(Pipe&&) = delete;
  Pipe& operator=(Pipe&&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close_writing();
  }

  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }

 private:
  std::array<int, 2> ends_{};
};

/// Starts the program; returns an error number, 0 if there is none.
int start(const Command& command, const Pipe& output, const Pipe& errors, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output.writing(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors.writing(), STDERR_FILENO);
  if (!command.folder.empty()) posix_spawn_file_actions_addchdir_np(&files, command.folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  auto words = command.words;
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error = posix_spawnp(&child, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

/// What a program says on its standard error: lines, of which the last is kept, and bars such as "[===>    ]  43% ".
class Said {
 public:
  explicit Said(const OnPart& on_part) : on_part_(on_part) {}

  void push(std::string_view bytes) {
    for (const char c : bytes) {
      if (c != '\r' && c != '\n') {
        if (piece_.size() < piece_bytes_max) piece_ += c;
        continue;
      }
      end_piece();
    }
  }

  const std::string& last_line() {
    end_piece();
    return last_line_;
  }

 private:
  static constexpr std::size_t piece_bytes_max = 1000;

  void end_piece() {
    const auto piece = trim(piece_);
    if (piece.starts_with('[') && piece.ends_with('%')) {
      auto number = piece.substr(piece.rfind(' ') + 1);
      number.remove_suffix(1);
      if (const auto percent = parse_whole(number, 100)) on_part_(static_cast<double>(*percent) / 100);
    } else if (!piece.empty()) {
      last_line_ = piece;
    }
    piece_.clear();
  }

  const OnPart& on_part_;
  std::string piece_;
  std::string last_line_;
};

/// Reads both of the program's outputs until it has closed them.
Result<void> read_all(int output, int errors, const OnOutput& on_output, Said& said) {
  std::vector<char> buffer(std::size_t{256} << 10U);
  std::array<pollfd, 2> files = {{{output, POLLIN, 0}, {errors, POLLIN, 0}}};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    if (poll(files.data(), files.size(), -1) < 0) continue;  // a signal
    for (auto& file : files) {
      if (file.fd < 0 || file.revents == 0) continue;
      const auto got = read(file.fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        file.fd = -1;
        continue;
      }
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
      if (file.fd == errors) {
        said.push(bytes);
      } else if (auto done = on_output(bytes); !done) {
        return done;
      }
    }
  }
  return {};
}

}  // namespace

Result<void> run_command(const Command& command, const OnOutput& on_output, const OnPart& on_part) {
  Pipe output;
  Pipe errors;
  pid_t child = 0;
  const auto& program = command.words[0];
  if (const int error = start(command, output, errors, child); error == ENOENT) {
    return Error{command.file + " needs " + program + "; install it: apt install " + command.package};
  } else if (error != 0) {
    return Error{command.file + ": " + program + " cannot be run: " + std::generic_category().message(error)};
  }
  running = child;
  output.close_writing();
  errors.close_writing();

  // A larger pipe means fewer switches between the two.
  fcntl(output.reading(), F_SETPIPE_SZ, 1 << 20U);
  Said said(on_part);
  auto done = read_all(output.reading(), errors.reading(), on_output, said);
  if (!done) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  running = 0;
  if (!done || status == 0) return done;
  const auto& last_line = said.last_line();
  return Error{command.file + ": " + program + " failed: " +
               (WIFSIGNALED(status) ? "it was ended by signal " + std::to_string(WTERMSIG(status))
                : last_line.empty() ? "status " + std::to_string(WEXITSTATUS(status))
                                    : last_line)};
}

void kill_command() {
  if (const auto child = running.load(); child > 0) kill(child, SIGKILL);
}

}  // namespace herd::app
