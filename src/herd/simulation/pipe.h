#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/simulation/event_queue.h"

namespace herd::simulation {

/// The bytes under way in one direction of a connection: in order, none twice, each with a time at which it arrives.
class Pipe {
 public:
  std::size_t size() const { return bytes_.size() - head_; }
  Time last_due() const { return chunks_.empty() ? 0 : chunks_.back().due; }

  /// `due` is not before last_due().
  void write(std::string_view bytes, Time due) {
    if (size() == 0) {
      bytes_.clear();
      chunks_.clear();
      head_ = next_ = 0;
    }
    bytes_.append(bytes);
    chunks_.push_back({due, bytes_.size()});
  }

  /// When take() will have something; never if nothing is under way, or nothing that will arrive.
  Time next_due() const { return next_ == chunks_.size() || passing_ == 0 ? never : chunks_[next_].due; }

  /// What has arrived by now; valid until the next write.
  std::string_view take(Time now) {
    auto end = head_;
    while (next_ < chunks_.size() && chunks_[next_].due <= now) {
      end = chunks_[next_].end;
      if (end - head_ > passing_) break;
      ++next_;
    }
    const auto count = end - head_ < passing_ ? end - head_ : passing_;
    const auto taken = std::string_view(bytes_).substr(head_, count);
    head_ += count;
    if (passing_ != all) passing_ -= count;
    return taken;
  }

  /// Only the first `count` bytes under way arrive: until let_pass(), which a pipe that is broken never sees.
  void stop_after(std::size_t count) { passing_ = count < passing_ ? count : passing_; }
  void break_after(std::size_t count) {
    stop_after(count);
    broken_ = true;
  }
  void let_pass() {
    if (!broken_) passing_ = all;
  }
  bool is_broken() const { return broken_; }

  /// As new, its memory kept.
  void reset() {
    bytes_.clear();
    chunks_.clear();
    head_ = next_ = 0;
    passing_ = all;
    broken_ = false;
  }

 private:
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  struct Chunk {
    Time due;
    std::size_t end;  // in bytes_
  };

  std::string bytes_;
  std::vector<Chunk> chunks_;
  std::size_t head_ = 0;  // of the bytes, and of the chunks: before it all was taken
  std::size_t next_ = 0;
  std::size_t passing_ = all;
  bool broken_ = false;
};

}  // namespace herd::simulation
