#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herd::app {

/// How far an import is, in one line at the bottom of a terminal. Shows nothing where stderr is none.
class ImportProgress {
 public:
  /// `bytes` is the size of all files; none if that of one is unknown, and then there is no bar.
  explicit ImportProgress(std::optional<std::uint64_t> bytes);
  ~ImportProgress() { clear(); }
  ImportProgress(ImportProgress&&) = delete;
  ImportProgress& operator=(ImportProgress&&) = delete;

  bool is_shown() const { return shown_; }

  /// Another file comes, of so many bytes.
  void begin_file(const std::string& name, std::uint64_t bytes);
  /// What is being done with the file ("filtering"), and how much of it is done in all, 0 to 1. Draws the line if the
  /// last time was a while ago.
  void show(std::string_view doing, double part_of_file, std::uint64_t places);
  /// All files are read; so much of putting their places in order and writing them is done.
  void show_writing(double part, std::uint64_t places);
  /// Removes the line.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool is_due();
  void draw(const std::string& line);

  bool shown_;
  std::optional<std::uint64_t> bytes_;
  std::uint64_t bytes_before_ = 0;  // of the files before this one
  std::uint64_t bytes_of_file_ = 0;
  std::string name_;
  bool drawn_ = false;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point drawn_at_;
};

}  // namespace herd::app
