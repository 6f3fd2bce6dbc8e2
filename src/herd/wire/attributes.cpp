#include "herd/wire/attributes.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "herd/base/utf8.h"

namespace herd::wire {
namespace {

/// A number as it is packed: `tag`, then how many times a unit, rounded, it is above `min`, seven bits a byte, lowest
/// first, the eighth set in all but the last.
struct Quantity {
  std::uint8_t tag;
  std::optional<double> Attributes::* member;
  double units;  // in 1: 10 of them are a tenth each
  double min;
  double max;
};

constexpr std::array quantities{
    Quantity{1, &Attributes::accuracy_m, 10, 0, 1e8},      Quantity{2, &Attributes::altitude_m, 10, -20'000, 1e8},
    Quantity{3, &Attributes::speed_mps, 100, 0, 1e6},      Quantity{4, &Attributes::course_deg, 10, 0, 360},
    Quantity{5, &Attributes::battery_percent, 10, 0, 100},
};
/// A name and a value, each with its length in a byte before it.
constexpr std::uint8_t other_tag = 6;

constexpr unsigned bits_per_byte = 7;
constexpr std::uint64_t more = 1U << bits_per_byte;

void append_whole(std::string& out, std::uint64_t number) {
  for (; number >= more; number >>= bits_per_byte) out += static_cast<char>((number & (more - 1)) | more);
  out += static_cast<char>(number);
}

std::optional<std::uint64_t> take_whole(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; !bytes.empty() && shift < 7 * bits_per_byte; shift += bits_per_byte) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= (byte & (more - 1)) << shift;
    if ((byte & more) == 0) return number;
  }
  return std::nullopt;
}

std::optional<std::string_view> take_text(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto size = static_cast<unsigned char>(bytes.front());
  if (size == 0 || size >= bytes.size()) return std::nullopt;
  const auto text = bytes.substr(1, size);
  bytes.remove_prefix(1 + std::size_t{size});
  return text;
}

bool unpack_one(std::string_view& bytes, Attributes& attributes) {
  const auto tag = static_cast<std::uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  for (const auto& quantity : quantities) {
    if (quantity.tag != tag) continue;
    const auto units = take_whole(bytes);
    if (!units) return false;
    // Divided, since it is then the double that its decimal text would be.
    attributes.*quantity.member = (static_cast<double>(*units) + quantity.min * quantity.units) / quantity.units;
    return true;
  }
  if (tag != other_tag) return false;
  const auto name = take_text(bytes);
  const auto value = name ? take_text(bytes) : std::nullopt;
  if (!value) return false;
  attributes.others.emplace_back(*name, *value);
  return true;
}

}  // namespace

std::string pack(const Attributes& attributes) {
  std::string out;
  for (const auto& quantity : quantities) {
    const auto& value = attributes.*quantity.member;
    const bool is_meant = value && *value >= quantity.min && *value <= quantity.max;  // and not NaN
    if (!is_meant) continue;
    out += static_cast<char>(quantity.tag);
    append_whole(out, static_cast<std::uint64_t>(std::llround((*value - quantity.min) * quantity.units)));
  }
  for (const auto& [name, value] : attributes.others) {
    if (name.empty() || value.empty() || !is_utf8(name) || !is_utf8(value)) continue;
    const auto bytes = 3 + name.size() + value.size();
    if (bytes > attributes_bytes_max || out.size() + bytes > attributes_bytes_max) continue;
    out += static_cast<char>(other_tag);
    (out += static_cast<char>(name.size())) += name;
    (out += static_cast<char>(value.size())) += value;
  }
  return out;
}

std::optional<Attributes> unpack_attributes(std::string_view bytes) {
  if (bytes.size() > attributes_bytes_max) return std::nullopt;
  Attributes attributes;
  for (auto rest = bytes; !rest.empty();) {
    if (!unpack_one(rest, attributes)) return std::nullopt;
  }
  // In another order, or with bytes to spare, it would be another text for the same.
  if (pack(attributes) != bytes) return std::nullopt;
  return attributes;
}

}  // namespace herd::wire
