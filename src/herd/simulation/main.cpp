#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "herd/simulation/history.h"
#include "herd/simulation/scale.h"

namespace {

using namespace herd::simulation;

constexpr int diverged = 1;
constexpr int misused = 2;
constexpr std::uint64_t seeds_at_once = 64;
constexpr std::chrono::milliseconds progress_every{200};

struct Arguments {
  std::uint64_t seeds = 1000;
  std::uint64_t first_seed = 1;
  std::size_t servers = 0;
  unsigned jobs = 1;
  bool trace = false;
};

/// Runs seeds on several threads and prints what they found, in the order of the seeds.
class Runner {
 public:
  explicit Runner(const Arguments& arguments)
      : arguments_(arguments), begin_(std::chrono::steady_clock::now()), shows_progress_(isatty(STDERR_FILENO) == 1) {}

  int run() {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < arguments_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    threads.clear();
    clear_progress();
    std::cout << "seeds " << arguments_.seeds << " diverged " << failures_ << '\n';
    return failures_ == 0 ? 0 : diverged;
  }

 private:
  void work() {
    for (;;) {
      const auto begin = next_.fetch_add(seeds_at_once);
      if (begin >= arguments_.seeds) return;
      const auto end = std::min(arguments_.seeds, begin + seeds_at_once);
      std::vector<std::string> lines;
      for (auto i = begin; i < end; ++i) {
        const auto seed = arguments_.first_seed + i;
        std::string trace;
        const auto outcome = live_through(seed, arguments_.servers, arguments_.trace ? &trace : nullptr);
        if (arguments_.trace) lines.push_back(trace);
        if (!outcome.failure) continue;
        lines.push_back("seed " + std::to_string(seed) + ": " + outcome.shape + ": " + *outcome.failure + "\n");
        ++failures_;
      }
      finish(begin, std::move(lines));
    }
  }

  void finish(std::uint64_t begin, std::vector<std::string> lines) {
    const std::scoped_lock lock(mutex_);
    finished_.emplace(begin, std::move(lines));
    while (!finished_.empty() && finished_.begin()->first == printed_) {
      for (const auto& line : finished_.begin()->second) {
        clear_progress();
        std::cout << line << std::flush;
      }
      finished_.erase(finished_.begin());
      printed_ += seeds_at_once;
    }
    show_progress();
  }

  void show_progress() {
    if (!shows_progress_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - progress_at_ < progress_every) return;
    progress_at_ = now;
    const auto seconds = std::chrono::duration<double>(now - begin_).count();
    const auto done = std::min(printed_, arguments_.seeds);
    std::cerr << "\r" << done << " of " << arguments_.seeds << " seeds, "
              << static_cast<std::uint64_t>(static_cast<double>(done) / seconds) << "/s \x1b[K" << std::flush;
    progress_shown_ = true;
  }

  void clear_progress() {
    if (progress_shown_) std::cerr << "\r\x1b[K" << std::flush;
    progress_shown_ = false;
  }

  const Arguments& arguments_;
  const std::chrono::steady_clock::time_point begin_;
  const bool shows_progress_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  std::mutex mutex_;  // guards what follows, and the output
  std::map<std::uint64_t, std::vector<std::string>> finished_;
  std::uint64_t printed_ = 0;
  std::chrono::steady_clock::time_point progress_at_;
  bool progress_shown_ = false;
};

int run_scale(std::size_t servers_max) {
  std::cout << scale_header() << std::flush;
  int status = 0;
  for (const auto& topology : scale_topologies(servers_max)) {
    const auto row = measure(topology);
    std::cout << scale_line(row) << std::flush;
    if (!row.failure.empty()) status = diverged;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Simulates whole herds: the server's own store, wire and flooding code in a virtual network, with faults.",
      "herd-sim");
  app.set_version_flag("--version", "herd-sim " HERD_VERSION);
  Arguments arguments;
  arguments.jobs = std::max(1U, std::thread::hardware_concurrency());
  bool scale = false;
  std::size_t servers_max = 1000;
  auto* seeds = app.add_option("--seeds", arguments.seeds, "How many histories to live through")
                    ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40U))
                    ->capture_default_str();
  auto* seed = app.add_option("--seed", arguments.first_seed, "The first seed; --seeds 1 --seed N repeats seed N")
                   ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62U))
                   ->capture_default_str();
  auto* servers = app.add_option("--servers", arguments.servers,
                                 "Servers of each herd; without it each seed has its own number, 2 to 6")
                      ->check(CLI::Range(2, 100));
  auto* jobs = app.add_option("--jobs", arguments.jobs, "Histories at a time; without it one per core")
                   ->check(CLI::Range(1, 256));
  auto* trace = app.add_flag("--trace", arguments.trace, "Print what happens in each history");
  auto* scale_flag = app.add_flag("--scale", scale, "Measure rings, trees and meshes of many servers instead");
  app.add_option("--servers-max", servers_max, "Servers of the largest of these herds")
      ->check(CLI::Range(10, 1000))
      ->needs(scale_flag)
      ->capture_default_str();
  for (auto* option : {seeds, seed, servers, jobs, trace}) scale_flag->excludes(option);
  app.footer(
      "Examples:\n"
      "  herd-sim --seeds 20000                    20,000 herds of all shapes\n"
      "  herd-sim --seeds 5000 --servers 5         5,000 herds of five servers\n"
      "  herd-sim --seeds 1 --seed 4711 --trace    one history, told line by line\n"
      "  herd-sim --scale                          a Markdown table of what herds of up to 1,000 servers cost\n"
      "\n"
      "Each seed stands for one history: a herd, its network, clients that report, and faults (cut cables, crashes,\n"
      "emptied disks, servers that stop, clocks that jump). Afterwards servers that can reach one another must hold "
      "the\n"
      "same records and none may be lost; docs/simulation.md has every check. Prints a line per failure with its seed\n"
      "(repeat it with the same --servers), and at the end `seeds N diverged D`.\n"
      "Exit status: 0 none diverged, 1 some did, 2 wrong usage.\n");
  try {
    app.parse(argc, argv);
    return scale ? run_scale(servers_max) : Runner(arguments).run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : misused;  // --help and --version come as errors that are none
  } catch (const std::exception& error) {
    std::cerr << "herd-sim: " << error.what() << '\n';
    return diverged;
  }
}
