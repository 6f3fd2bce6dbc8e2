#include "herd/load/report_lines.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>

namespace herd::load {
namespace {

constexpr std::string_view id_beginning = "bench-";
constexpr std::string_view line_beginning = "IAMAT ";
constexpr std::int32_t degree_e6 = 1'000'000;
constexpr std::int32_t start_latitude_max = 85;
constexpr double micro_degree_m = 0.111195;
constexpr std::size_t directions = 16;

/// SplitMix64, https://prng.di.unimi.it/splitmix64.c
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

constexpr auto digit_pairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

/// Writes the last `digits` digits of `number` so that they end at `end`.
void write_digits(char* end, std::uint64_t number, std::size_t digits) {
  for (; digits >= 2; digits -= 2) {
    end -= 2;
    std::memcpy(end, &digit_pairs[2 * (number % 100)], 2);
    number /= 100;
  }
  if (digits == 1) *(end - 1) = static_cast<char>('0' + number % 10);
}

std::size_t digits_of(std::uint64_t number) {
  return std::to_string(number).size();
}

/// How far east or west, compared with the equator, one comes at this latitude.
const auto longer_steps = [] {
  std::array<double, 91> factors{};
  for (std::size_t degrees = 0; degrees < factors.size(); ++degrees) {
    factors[degrees] = 1 / std::cos(std::min(static_cast<double>(degrees), 89.0) * std::numbers::pi / 180);
  }
  return factors;
}();

const auto sines = [] {
  std::array<double, directions> values{};
  for (std::size_t i = 0; i < directions; ++i) {
    values[i] = std::sin(2 * std::numbers::pi * static_cast<double>(i) / directions);
  }
  return values;
}();

// "+34.068930-118.445127 1621464827.959498503\n" after the id and a blank, as offsets from the id's end
constexpr std::string_view line_end = " +00.000000+000.000000 0000000000.000000000\n";
constexpr std::size_t latitude_at = 1;
constexpr std::size_t longitude_at = 11;
constexpr std::size_t seconds_end = 33;
constexpr std::size_t nanoseconds_end = 43;

}  // namespace

std::size_t id_bytes_min(std::uint64_t clients) {
  return id_beginning.size() + digits_of(std::max<std::uint64_t>(clients, 1) - 1);
}

std::string client_id(const MovingClients& clients, std::uint64_t number) {
  std::string id(id_beginning);
  const auto digits = std::to_string(number);
  return id.append(clients.id_bytes - id.size() - digits.size(), '0') + digits;
}

ReportLines::ReportLines(const MovingClients& clients, std::uint64_t first, std::uint64_t stride)
    : first_{first},
      stride_{stride},
      random_{mixed(clients.seed ^ mixed(first))},
      step_e6_{clients.step_m / micro_degree_m},
      line_{std::string(line_beginning) + client_id(clients, 0) + std::string(line_end)},
      id_end_{line_beginning.size() + clients.id_bytes} {
  assert(clients.id_bytes >= id_bytes_min(clients.count) && first < clients.count);
  clients_.reserve((clients.count - first + stride - 1) / stride);
  const double sine_max = std::sin(start_latitude_max * std::numbers::pi / 180);
  for (auto number = first; number < clients.count; number += stride) {
    const auto random = mixed(mixed(clients.seed) + number);
    const double north = 2 * static_cast<double>(random >> 32) / 0x1p32 - 1;
    const double east = 2 * static_cast<double>(random & 0xffffffff) / 0x1p32 - 1;
    const double latitude = std::asin(north * sine_max) * 180 / std::numbers::pi;
    clients_.push_back(
        {static_cast<std::int32_t>(latitude * degree_e6), static_cast<std::int32_t>(east * 180 * degree_e6), Time{0}});
  }
}

void ReportLines::move(Client& client) {
  random_ = random_ * 6364136223846793005 + 1442695040888963407;  // Knuth's MMIX; the high bits are good
  const auto direction = random_ >> 60;
  const auto degrees = static_cast<std::size_t>(std::abs(client.latitude_e6) / degree_e6);
  const double north = step_e6_ * sines[direction];
  const double east = step_e6_ * sines[(direction + directions / 4) % directions] * longer_steps[degrees];
  constexpr double latitude_max = 89.0 * degree_e6;
  constexpr double circle = 360.0 * degree_e6;
  client.latitude_e6 = static_cast<std::int32_t>(std::clamp(client.latitude_e6 + north, -latitude_max, latitude_max));
  double longitude = client.longitude_e6 + east;
  if (longitude > circle / 2) longitude -= circle;
  if (longitude < -circle / 2) longitude += circle;
  client.longitude_e6 = static_cast<std::int32_t>(std::clamp(longitude, -circle / 2, circle / 2));
}

void ReportLines::write(char* out, Time time) {
  auto& client = clients_[next_];
  if (client.newest != 0) move(client);
  client.newest = time;

  char* const end = line_.data() + id_end_;
  const auto number = first_ + next_ * stride_;
  write_digits(end, number, std::min<std::size_t>(id_end_ - line_beginning.size() - id_beginning.size(), 10));
  const auto write_degrees = [](char* at, std::int32_t degrees, std::size_t whole_digits) {
    const auto magnitude = static_cast<std::uint64_t>(std::abs(degrees));
    *at = degrees < 0 ? '-' : '+';
    write_digits(at + 1 + whole_digits, magnitude / degree_e6, whole_digits);
    write_digits(at + 1 + whole_digits + 1 + 6, magnitude % degree_e6, 6);
  };
  write_degrees(end + latitude_at, client.latitude_e6, 2);
  write_degrees(end + longitude_at, client.longitude_e6, 3);
  write_digits(end + seconds_end, static_cast<std::uint64_t>(time / second), 10);
  write_digits(end + nanoseconds_end, static_cast<std::uint64_t>(time % second), 9);
  std::memcpy(out, line_.data(), line_.size());
  if (++next_ == clients_.size()) next_ = 0;
}

}  // namespace herd::load
