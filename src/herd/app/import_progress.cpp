#include "herd/app/import_progress.h"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "herd/app/progress_text.h"
#include "herd/app/terminal.h"

namespace herd::app {
namespace {

constexpr auto interval = std::chrono::milliseconds(200);
// The files' share in the whole; what is left goes into sorting and writing.
constexpr double part_of_reading = 0.95;

}  // namespace

ImportProgress::ImportProgress(std::optional<std::uint64_t> bytes)
    : shown_(is_terminal(STDERR_FILENO)), bytes_(bytes) {}

void ImportProgress::begin_file(const std::string& name, std::uint64_t bytes) {
  name_ = std::filesystem::path(name).filename();
  bytes_before_ += bytes_of_file_;
  bytes_of_file_ = bytes;
}

bool ImportProgress::is_due() {
  const auto now = Clock::now();
  if (!shown_ || now - drawn_at_ < interval) return false;
  drawn_at_ = now;
  return true;
}

void ImportProgress::show(std::string_view doing, double part_of_file, std::uint64_t places) {
  if (!is_due()) return;
  const auto elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(drawn_at_ - begin_).count();
  const double done = static_cast<double>(bytes_before_) + part_of_file * static_cast<double>(bytes_of_file_);
  std::string bar;
  std::string left = minutes_and_seconds(elapsed);
  if (bytes_ && *bytes_ > 0) {
    const double part = done / static_cast<double>(*bytes_) * part_of_reading;
    bar = progress_bar(part) + ' ';
    left = time_left(elapsed, part);
  }
  draw(fmt::format("{}{} {}  {:.1f} MB/s  {} places  {}", bar, doing, name_,
                   done * 1e3 / static_cast<double>(std::max<std::int64_t>(elapsed, 1)), grouped(places), left));
}

void ImportProgress::show_writing(double part, std::uint64_t places) {
  if (!is_due()) return;
  const auto done = part_of_reading + part * (1 - part_of_reading);
  draw(fmt::format("{} writing  {} places", progress_bar(done), grouped(places)));
}

void ImportProgress::draw(const std::string& line) {
  drawn_ = true;
  fmt::print(stderr, "\r{}\x1b[K", line);
  std::fflush(stderr);
}

void ImportProgress::clear() {
  if (drawn_) draw("");
  drawn_ = false;
}

}  // namespace herd::app
