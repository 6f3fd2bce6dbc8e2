// What one more point, one move and one question cost in a grid of a thousand, a million and ten million points, all
// in one city or all over the Earth. The counters say what a point takes of memory.

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cmath>
#include <ctime>
#include <numbers>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "herd/geo/cell_grid.h"

namespace herd::geo {
namespace {

enum class World { city, earth };

constexpr std::int32_t km_e7 = 89'932;  // of latitude

std::int32_t e7(double degrees) {
  return static_cast<std::int32_t>(std::lround(degrees * 1e7));
}

/// As many people to a square kilometre anywhere on the Earth, or about Los Angeles, most of them within 15 km.
Location somewhere(World world, std::mt19937_64& random) {
  if (world == World::earth) {
    std::uniform_real_distribution<double> longitude(-180, 180);
    std::uniform_real_distribution<double> sine(-1, 1);
    return {e7(std::asin(sine(random)) * 180 / std::numbers::pi), e7(longitude(random))};
  }
  std::normal_distribution<double> degrees(0, 0.1);
  return {e7(34.05 + std::clamp(degrees(random), -1.0, 1.0)), e7(-118.24 + std::clamp(degrees(random), -1.0, 1.0))};
}

std::vector<CellGrid::Point> points_of(World world, std::size_t count) {
  std::mt19937_64 random(20261122);
  std::vector<CellGrid::Point> points;
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    points.push_back({static_cast<CellGrid::Id>(i), somewhere(world, random)});
  }
  return points;
}

/// The grid of a benchmark, kept for the next ones that want the same.
struct Herd {
  World world;
  std::vector<CellGrid::Point> points;
  CellGrid grid;
};

Herd& herd_for(const benchmark::State& state) {
  static Herd herd{World::city, {}, {}};
  const auto world = static_cast<World>(state.range(0));
  const auto count = static_cast<std::size_t>(state.range(1));
  if (herd.points.size() != count || herd.world != world) {
    herd.grid = {};
    herd.world = world;
    herd.points = points_of(world, count);
    herd.grid.update(herd.points);
  }
  return herd;
}

/// Moves as far as a car goes in a second (20 m), a walk of 100 s (150 m), or to somewhere else (0).
void move_points(Herd& herd, std::int32_t metres, std::size_t count, std::mt19937_64& random,
                 std::vector<CellGrid::Point>& moved) {
  moved.clear();
  for (std::size_t i = 0; i < count; ++i) {
    auto& point = herd.points[random() % herd.points.size()];
    if (metres == 0) {
      point.location = somewhere(herd.world, random);
    } else {
      std::uniform_int_distribution<std::int32_t> step(-metres * km_e7 / 1000, metres * km_e7 / 1000);
      auto& [latitude, longitude] = point.location;
      latitude = std::clamp(latitude + step(random), -900'000'000, 900'000'000);
      longitude = static_cast<std::int32_t>(
          std::clamp<std::int64_t>(std::int64_t{longitude} + step(random), -1'800'000'000, 1'800'000'000));
    }
    moved.push_back(point);
  }
}

/// Shows the time that each of the `items` of an iteration took.
void count(benchmark::State& state, std::size_t items) {
  state.counters["each"] = benchmark::Counter(
      static_cast<double>(items), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

constexpr std::size_t moves_a_turn = 10'000;

void update(benchmark::State& state, bool in_bulk) {
  auto& herd = herd_for(state);
  std::mt19937_64 random(1);
  std::vector<CellGrid::Point> moved;
  const auto metres = static_cast<std::int32_t>(state.range(2));
  for (auto _ : state) {
    state.PauseTiming();
    move_points(herd, metres, moves_a_turn, random, moved);
    state.ResumeTiming();
    if (in_bulk) {
      herd.grid.update(moved);
    } else {
      for (const auto& each : moved) herd.grid.update(each.id, each.location);
    }
  }
  count(state, moves_a_turn);
  state.counters["bytes_per_point"] = static_cast<double>(herd.grid.bytes()) / static_cast<double>(herd.grid.size());
}

void one_by_one(benchmark::State& state) {
  update(state, false);
}

void in_bulk(benchmark::State& state) {
  update(state, true);
}

/// What this thread has had of a processor: unlike a clock it does not count what others took.
double thread_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// All points into an empty grid; `longest_ms` is the longest that a hundred of them took.
void grow(benchmark::State& state) {
  const auto points = points_of(static_cast<World>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  double longest_ms = 0;
  double bytes = 0;
  for (auto _ : state) {
    CellGrid grid;
    for (std::size_t i = 0; i < points.size(); i += 100) {
      const auto begin = thread_ms();
      grid.update(std::span(points).subspan(i, std::min<std::size_t>(100, points.size() - i)));
      longest_ms = std::max(longest_ms, thread_ms() - begin);
    }
    bytes = static_cast<double>(grid.bytes());
  }
  count(state, points.size());
  state.counters["longest_ms"] = longest_ms;
  state.counters["bytes_per_point"] = bytes / static_cast<double>(points.size());
}

/// The five nearest within 10 km of one of the points.
void nearest(benchmark::State& state) {
  auto& herd = herd_for(state);
  std::mt19937_64 random(2);
  std::vector<CellGrid::Neighbor> found;
  std::size_t found_count = 0;
  for (auto _ : state) {
    herd.grid.nearest(herd.points[random() % herd.points.size()].location, 10'000, 5, found);
    found_count += found.size();
  }
  state.counters["found"] = static_cast<double>(found_count) / static_cast<double>(state.iterations());
}

/// The first thousand in a box about one of the points, a degree by a degree.
void within(benchmark::State& state) {
  auto& herd = herd_for(state);
  std::mt19937_64 random(3);
  std::vector<CellGrid::Point> found;
  std::size_t found_count = 0;
  constexpr std::int32_t half = 5'000'000;
  for (auto _ : state) {
    auto [latitude, longitude] = herd.points[random() % herd.points.size()].location;
    latitude = std::clamp(latitude, -900'000'000 + half, 900'000'000 - half);
    longitude = std::clamp(longitude, -1'800'000'000 + half, 1'800'000'000 - half);
    const Box box{{latitude - half, longitude - half}, {latitude + half, longitude + half}};
    herd.grid.within(box, 1000, found);
    found_count += found.size();
  }
  state.counters["found"] = static_cast<double>(found_count) / static_cast<double>(state.iterations());
}

constexpr std::array counts{1'000, 1'000'000, 10'000'000};

// By world and count, so that benchmarks of the same grid follow each other.
const bool registered = [] {
  for (const auto world : {World::city, World::earth}) {
    const std::string name = world == World::city ? "/city" : "/earth";
    for (const auto count : counts) {
      const auto add = [&](const std::string& what, auto* function, const std::vector<std::int64_t>& more) {
        std::vector<std::int64_t> args{static_cast<std::int64_t>(world), count};
        args.insert(args.end(), more.begin(), more.end());
        return benchmark::RegisterBenchmark((what + name).c_str(), function)->Args(args);
      };
      add("nearest", nearest, {});
      add("within", within, {});
      for (const std::int64_t metres : {20, 150, 0}) {
        add("update", one_by_one, {metres});
        add("update_in_bulk", in_bulk, {metres});
      }
      add("nearest_after_moves", nearest, {});
      add("grow", grow, {})->Unit(benchmark::kMillisecond)->Iterations(count > 1'000'000 ? 1 : 3);
    }
  }
  return true;
}();

}  // namespace
}  // namespace herd::geo
