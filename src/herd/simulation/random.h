#pragma once

#include <cstddef>
#include <cstdint>

namespace herd::simulation {

/// SplitMix64 (Steele, Lea and Flood 2014): eight bytes of state, ready at once from any seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    auto mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

  /// 0 to `bound` - 1; 0 if `bound` is 0.
  template <class Number>
  Number below(Number bound) {
    return bound <= 0 ? Number{0} : static_cast<Number>(bits() % static_cast<std::uint64_t>(bound));
  }

  /// `least` to `most`.
  template <class Number>
  Number between(Number least, Number most) {
    return least + below<Number>(most - least + 1);
  }

  bool chance(std::uint64_t one_in) { return bits() % one_in == 0; }

  template <class Choices>
  const auto& pick(const Choices& choices) {
    return choices[below<std::size_t>(choices.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace herd::simulation
