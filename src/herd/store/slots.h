#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "herd/store/slot.h"

namespace herd::store {

/// The slots of a partition, by number, in blocks of twice the size of the one before: none ever moves, so that growing
/// takes no longer at ten million than at ten, and memory that no slot needs yet is not touched.
class Slots {
 public:
  Slots() = default;
  Slots(Slots&& other) noexcept : blocks_(std::move(other.blocks_)), size_(std::exchange(other.size_, 0)) {}
  Slots& operator=(Slots&&) = delete;
  ~Slots() {
    for (std::size_t i = 0; i < size_; ++i) (*this)[i].~Slot();
  }

  std::size_t size() const { return size_; }

  Slot& operator[](std::size_t number) { return *at(number); }
  const Slot& operator[](std::size_t number) const { return *at(number); }

  /// Appends an empty slot.
  Slot& emplace_back() {
    auto& block = blocks_[block_of(size_)];
    if (!block) block.reset(static_cast<Slot*>(::operator new(bytes(block_of(size_)), alignment)));
    return *new (at(size_++)) Slot;
  }

 private:
  static constexpr std::size_t first_slots = 16;
  static constexpr std::align_val_t alignment{alignof(Slot)};
  struct Free {
    void operator()(Slot* block) const { ::operator delete(block, alignment); }
  };

  static std::size_t block_of(std::size_t number) {
    return static_cast<std::size_t>(std::bit_width(number / first_slots + 1)) - 1;
  }
  static std::size_t begin_of(std::size_t block) { return first_slots * ((std::size_t{1} << block) - 1); }
  static std::size_t bytes(std::size_t block) { return (first_slots << block) * sizeof(Slot); }
  Slot* at(std::size_t number) const {
    const auto block = block_of(number);
    return blocks_[block].get() + (number - begin_of(block));
  }

  std::array<std::unique_ptr<Slot, Free>, 28> blocks_;  // as many slots as a uint32_t counts
  std::size_t size_ = 0;
};

}  // namespace herd::store
