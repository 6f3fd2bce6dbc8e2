#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace herd::geo {

/// An array that grows by chunks of 2^ChunkBits elements and never moves one: growing costs one chunk at most, and
/// references stay valid. Elements begin as T{}.
template <class T, unsigned ChunkBits>
class ChunkedArray {
 public:
  T& operator[](std::size_t index) { return chunks_[index >> ChunkBits][index & mask]; }
  const T& operator[](std::size_t index) const { return chunks_[index >> ChunkBits][index & mask]; }

  /// The element, or null if its chunk is not there yet.
  const T* find(std::size_t index) const {
    const auto chunk = index >> ChunkBits;
    return chunk < chunks_.size() && chunks_[chunk] ? &chunks_[chunk][index & mask] : nullptr;
  }
  T* find(std::size_t index) { return const_cast<T*>(std::as_const(*this).find(index)); }

  /// The element, whose chunk is added if it is not there yet.
  T& make(std::size_t index) {
    const auto chunk = index >> ChunkBits;
    if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
    if (!chunks_[chunk]) {
      chunks_[chunk] = std::make_unique<T[]>(mask + 1);
      ++chunks_held_;
    }
    return chunks_[chunk][index & mask];
  }

  std::size_t bytes() const {
    return chunks_held_ * (mask + 1) * sizeof(T) + chunks_.capacity() * sizeof(std::unique_ptr<T[]>);
  }

 private:
  static constexpr std::size_t mask = (std::size_t{1} << ChunkBits) - 1;

  std::vector<std::unique_ptr<T[]>> chunks_;
  std::size_t chunks_held_ = 0;
};

}  // namespace herd::geo
