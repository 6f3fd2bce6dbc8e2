// What it costs to understand a client's line, and to write the parts of an answer to it. `same` is the line of the
// assignment again and again; `mixed` are a thousand of different lengths, so that branches cannot be foreseen.

#include <benchmark/benchmark.h>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/text.h"
#include "herd/geo/location.h"
#include "herd/wire/command.h"
#include "herd/wire/line_framer.h"
#include "herd/wire/posix_time.h"

namespace herd::wire {
namespace {

const std::string kiwi = "IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503";

std::string digits(std::mt19937_64& random, std::size_t count) {
  std::string out;
  for (; count != 0; --count) out += static_cast<char>('0' + random() % 10);
  return out;
}

std::string mixed_line(std::mt19937_64& random) {
  const auto fraction = [&](std::size_t digits_min, std::size_t digits_max) {
    const auto count = digits_min + random() % (digits_max - digits_min + 1);
    return count == 0 ? "" : "." + digits(random, count);
  };
  const auto sign = [&] { return random() % 2 == 0 ? "+" : "-"; };
  return "IAMAT phone-" + digits(random, 1 + random() % 16) + ' ' + sign() + std::to_string(random() % 90) +
         fraction(4, 7) + sign() + std::to_string(random() % 180) + fraction(4, 7) + " 16" + digits(random, 8) +
         fraction(0, 9);
}

/// Commands, and their parts.
struct Lines {
  std::vector<std::string> lines;
  std::vector<std::string> locations;
  std::vector<std::string> times;
  std::string stream;

  explicit Lines(bool is_mixed) {
    std::mt19937_64 random(20261122);
    for (int i = 0; i < 1024; ++i) {
      lines.push_back(is_mixed ? mixed_line(random) : kiwi);
      std::string_view rest = lines.back();
      take_field(rest);
      take_field(rest);
      locations.emplace_back(take_field(rest));
      times.emplace_back(take_field(rest));
      stream += lines.back() + '\n';
    }
  }
};

const Lines& lines(const benchmark::State& state) {
  static const Lines same(false);
  static const Lines mixed(true);
  return state.range(0) == 0 ? same : mixed;
}

/// Shows the time that each of the `items` of an iteration took.
void count(benchmark::State& state, std::size_t items) {
  state.counters["each"] = benchmark::Counter(
      static_cast<double>(items), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Times `function` for one text after the other.
template <class Function>
void for_each_text(benchmark::State& state, const std::vector<std::string>& texts, const Function& function) {
  for (auto _ : state) {
    for (const auto& text : texts) benchmark::DoNotOptimize(function(text));
  }
  count(state, texts.size());
}

void command(benchmark::State& state) {
  for_each_text(state, lines(state).lines, [](const std::string& line) { return parse_command(line); });
}

void location(benchmark::State& state) {
  for_each_text(state, lines(state).locations, [](const std::string& text) { return geo::parse_iso6709(text); });
}

void time(benchmark::State& state) {
  for_each_text(state, lines(state).times, [](const std::string& text) { return parse_posix_time(text); });
}

void fields(benchmark::State& state) {
  for_each_text(state, lines(state).lines, [](std::string_view line) {
    std::size_t bytes = 0;
    for (auto field = take_field(line); !field.empty(); field = take_field(line)) bytes += field.size();
    return bytes;
  });
}

/// A read of all lines at once, cut into lines.
void framer(benchmark::State& state) {
  const auto& [each, locations, times, stream] = lines(state);
  LineFramer framer(65536);
  for (auto _ : state) {
    framer.push(stream);
    std::string_view line;
    while (framer.next(line) == LineFramer::Next::line) benchmark::DoNotOptimize(line);
    framer.keep();
  }
  count(state, each.size());
}

/// Writing, into a string that has grown before: what was parsed from each line.
void append(benchmark::State& state, auto&& parse, auto&& append_to) {
  const auto& texts = lines(state);
  std::vector<decltype(parse(texts, std::size_t{}))> parsed;
  for (std::size_t i = 0; i < texts.lines.size(); ++i) parsed.push_back(parse(texts, i));
  std::string out;
  for (auto _ : state) {
    out.clear();
    for (const auto& each : parsed) append_to(out, each);
    benchmark::DoNotOptimize(out.data());
  }
  count(state, parsed.size());
}

void append_location(benchmark::State& state) {
  append(
      state, [](const Lines& texts, std::size_t i) { return *geo::parse_written_iso6709(texts.locations[i]); },
      [](std::string& out, const geo::WrittenLocation& written) { geo::append_iso6709(out, written); });
}

void append_time(benchmark::State& state) {
  append(
      state, [](const Lines& texts, std::size_t i) { return *parse_written_posix_time(texts.times[i]); },
      [](std::string& out, const WrittenTime& written) { append_posix_time(out, written); });
}

void append_difference(benchmark::State& state) {
  append(
      state,
      [](const Lines& texts, std::size_t i) {
        return *parse_posix_time(texts.times[i]) % (2 * second) - millisecond;  // a slow phone, or a fast clock
      },
      [](std::string& out, Duration difference) { wire::append_difference(out, difference); });
}

BENCHMARK(command)->ArgName("mixed")->Arg(0)->Arg(1);
BENCHMARK(fields)->ArgName("mixed")->Arg(0)->Arg(1);
BENCHMARK(location)->ArgName("mixed")->Arg(0)->Arg(1);
BENCHMARK(time)->ArgName("mixed")->Arg(0)->Arg(1);
BENCHMARK(framer)->ArgName("mixed")->Arg(0)->Arg(1);
BENCHMARK(append_location)->ArgName("mixed")->Arg(0)->Arg(1);
BENCHMARK(append_time)->ArgName("mixed")->Arg(0)->Arg(1);
BENCHMARK(append_difference)->ArgName("mixed")->Arg(0)->Arg(1);

}  // namespace
}  // namespace herd::wire
