#include "herd/places/external_sort.h"

#include <algorithm>
#include <functional>
#include <system_error>

#include "herd/base/bytes.h"

namespace herd::places {
namespace {

constexpr std::size_t item_head_bytes = 4 * sizeof(std::uint64_t) + sizeof(std::uint32_t);
constexpr std::size_t buffer_bytes_min = 4096;

constexpr auto key_of = [](const auto* run) -> const ExternalSort::Key& { return run->front.key; };

}  // namespace

Result<void> ExternalSort::add(const Key& key, std::string_view value) {
  entries_.push_back({key, values_.size(), static_cast<std::uint32_t>(value.size())});
  values_ += value;
  ++size_;
  return memory_bytes() < memory_bytes_max_ ? Result<void>() : write_run();
}

void ExternalSort::sort_entries() {
  std::ranges::sort(entries_, {}, &Entry::key);
}

Result<void> ExternalSort::write_run() {
  if (!file_) {
    auto created = RawFile::create(run_file_);
    if (!created) return created.error();
    file_ = *std::move(created);
    std::error_code ignored;
    std::filesystem::remove(run_file_, ignored);
  }
  sort_entries();
  SectionWriter out(*file_, file_bytes_);
  std::string head;
  for (const auto& entry : entries_) {
    head.clear();
    append_le(head, entry.key[0], entry.key[1], entry.key[2], entry.key[3], entry.bytes);
    for (const auto bytes : {std::string_view(head), std::string_view(values_).substr(entry.offset, entry.bytes)}) {
      if (const auto written = out.append(bytes); !written) return written;
    }
  }
  if (const auto written = out.flush(); !written) return written;
  runs_.push_back({file_bytes_, out.position()});
  file_bytes_ = out.position();
  entries_.clear();
  values_.clear();
  return {};
}

Result<void> ExternalSort::finish() {
  if (runs_.empty()) {
    sort_entries();
    return {};
  }
  if (!entries_.empty()) {
    if (const auto written = write_run(); !written) return written;
  }
  std::vector<Entry>().swap(entries_);
  std::string().swap(values_);
  for (auto& run : runs_) {
    const auto advanced = advance(run);
    if (!advanced) return advanced.error();
    heap_.push_back(&run);
  }
  std::ranges::make_heap(heap_, std::greater{}, key_of);
  return {};
}

Result<std::optional<ExternalSort::Item>> ExternalSort::next() {
  if (runs_.empty()) return next_in_memory();
  if (told_run_ != nullptr) {
    const auto has_more = advance(*told_run_);
    if (!has_more) return has_more.error();
    if (*has_more) {
      heap_.push_back(told_run_);
      std::ranges::push_heap(heap_, std::greater{}, key_of);
    }
  }
  if (heap_.empty()) {
    told_run_ = nullptr;
    return std::optional<Item>();
  }
  std::ranges::pop_heap(heap_, std::greater{}, key_of);
  told_run_ = heap_.back();
  heap_.pop_back();
  return std::optional(told_run_->front);
}

Result<std::optional<ExternalSort::Item>> ExternalSort::next_in_memory() {
  if (told_ == entries_.size()) return std::optional<Item>();
  const auto& entry = entries_[told_++];
  return std::optional(Item{entry.key, std::string_view(values_).substr(entry.offset, entry.bytes)});
}

Result<bool> ExternalSort::advance(Run& run) const {
  if (run.taken == run.buffer.size() && run.position == run.end) return false;
  if (const auto filled = fill(run, item_head_bytes); !filled) return filled.error();
  auto head = std::string_view(run.buffer).substr(run.taken, item_head_bytes);
  for (auto& part : run.front.key) part = take_le<std::uint64_t>(head).value();
  const std::size_t bytes = take_le<std::uint32_t>(head).value();
  if (const auto filled = fill(run, item_head_bytes + bytes); !filled) return filled.error();
  run.front.value = std::string_view(run.buffer).substr(run.taken + item_head_bytes, bytes);
  run.taken += item_head_bytes + bytes;
  return true;
}

/// Makes sure that so many bytes that are not taken are in the buffer.
Result<void> ExternalSort::fill(Run& run, std::size_t bytes) const {
  if (run.buffer.size() - run.taken >= bytes) return {};
  run.buffer.erase(0, run.taken);
  run.taken = 0;
  const auto share = std::max(memory_bytes_max_ / runs_.size(), buffer_bytes_min);
  const auto wanted = std::min<std::uint64_t>(std::max(share, bytes - run.buffer.size()), run.end - run.position);
  auto read = file_->read(run.position, static_cast<std::size_t>(wanted), run.buffer);
  if (!read) return read;
  run.position += wanted;
  if (run.buffer.size() < bytes) return Error{run_file_.string() + ": ends too early; check the disk"};
  return {};
}

}  // namespace herd::places
