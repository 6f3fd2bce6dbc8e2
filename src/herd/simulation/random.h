#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace herd::simulation {

/// SplitMix64 (Steele, Lea and Flood 2014): eight bytes of state, ready at once from any seed.
class Random {
 public:
  /// As long as there are bytes in `schedule`, each of them decides one draw; it must outlive this.
  explicit Random(std::uint64_t seed, std::string_view schedule = {}) : state_(seed), schedule_(schedule) {}

  std::uint64_t bits() {
    if (schedule_.empty()) return mix(state_ += 0x9e3779b97f4a7c15);
    const auto decision = static_cast<unsigned char>(schedule_.front());
    schedule_.remove_prefix(1);
    return mix(decision);
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
  static std::uint64_t mix(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
  }

  std::uint64_t state_;
  std::string_view schedule_;
};

}  // namespace herd::simulation
