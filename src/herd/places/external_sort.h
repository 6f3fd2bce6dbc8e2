#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/places/raw_file.h"

namespace herd::places {

/// Sorts any number of items in bounded memory: what does not fit is put into sorted runs in a file, which are merged
/// as they are read back (external merge sort; Knuth, The Art of Computer Programming 3, 5.4).
class ExternalSort {
 public:
  using Key = std::array<std::uint64_t, 4>;
  struct Item {
    Key key;
    std::string_view value;
  };

  /// `run_file` is made when memory is full, and has no name from then on, so that nothing is left of it whatever
  /// happens.
  ExternalSort(std::filesystem::path run_file, std::size_t memory_bytes_max)
      : run_file_(std::move(run_file)), memory_bytes_max_(memory_bytes_max) {}

  /// `value` is shorter than 4 GiB.
  Result<void> add(const Key& key, std::string_view value);

  /// No more is added: next() may be called.
  Result<void> finish();

  /// The next item in the order of the keys, items of equal keys in any order; none at the end. The value is valid
  /// until the next call.
  Result<std::optional<Item>> next();

  std::uint64_t size() const { return size_; }
  /// How often memory was full.
  std::size_t runs() const { return runs_.size(); }

 private:
  struct Entry {
    Key key;
    std::size_t offset;  // in values_
    std::uint32_t bytes;
  };
  /// A sorted part of the file that is being read back.
  struct Run {
    std::uint64_t position;  // of what is not in `buffer` yet
    std::uint64_t end;
    std::string buffer = {};
    std::size_t taken = 0;  // of the buffer
    Item front = {};
  };

  std::size_t memory_bytes() const { return values_.size() + entries_.size() * sizeof(Entry); }
  void sort_entries();
  Result<void> write_run();
  /// Reads the run's next item to its front; false at its end.
  Result<bool> advance(Run& run) const;
  Result<void> fill(Run& run, std::size_t bytes) const;
  Result<std::optional<Item>> next_in_memory();

  std::filesystem::path run_file_;
  std::size_t memory_bytes_max_;
  std::uint64_t size_ = 0;
  std::string values_;
  std::vector<Entry> entries_;
  std::size_t told_ = 0;  // of entries_, once finished
  std::optional<RawFile> file_;
  std::uint64_t file_bytes_ = 0;
  std::vector<Run> runs_;
  std::vector<Run*> heap_;  // runs that have a front, the least on top
  Run* told_run_ = nullptr;
};

}  // namespace herd::places
