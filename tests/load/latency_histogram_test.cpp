#include "herd/load/latency_histogram.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

namespace herd::load {
namespace {

TEST(LatencyHistogram, tells_any_quantile_to_within_half_a_percent_from_a_microsecond_to_a_hundred_seconds) {
  std::vector<Duration> spans;
  for (double ns = 1000; ns <= 100e9; ns *= 1.013) spans.push_back(static_cast<Duration>(ns));
  LatencyHistogram histogram;
  for (const auto span : spans) histogram.record(span);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const auto share = static_cast<double>(i + 1) / static_cast<double>(spans.size());
    const auto told = static_cast<double>(histogram.quantile(share - 1e-9));
    const auto is = static_cast<double>(spans[i]);
    ASSERT_LE(std::abs(told - is) / is, 0.005) << "at " << spans[i] << " ns";
  }
  EXPECT_EQ(histogram.min(), spans.front());
  EXPECT_EQ(histogram.max(), spans.back());
}

TEST(LatencyHistogram, is_exact_below_256_ns) {
  for (Duration span = 0; span < 256; ++span) {
    LatencyHistogram histogram;
    histogram.record(0);
    histogram.record(span);
    histogram.record(1000);
    ASSERT_EQ(histogram.quantile(0.5), span);
  }
}

TEST(LatencyHistogram, a_span_that_counts_many_times_weighs_as_much) {
  LatencyHistogram histogram;
  histogram.record(10, 89);
  histogram.record(20, 10);
  histogram.record(30, 1);
  histogram.record(40, 0);
  EXPECT_EQ(histogram.count(), 100u);
  EXPECT_EQ(histogram.quantile(0), 10);
  EXPECT_EQ(histogram.quantile(0.89), 10);
  EXPECT_EQ(histogram.quantile(0.9), 20);
  EXPECT_EQ(histogram.quantile(0.99), 20);
  EXPECT_EQ(histogram.quantile(0.999), 30);
  EXPECT_EQ(histogram.quantile(1), 30);
  EXPECT_EQ(histogram.max(), 30);
}

TEST(LatencyHistogram, spans_out_of_its_range_count_as_its_ends) {
  LatencyHistogram histogram;
  histogram.record(-5);
  histogram.record(1'000'000 * second);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), LatencyHistogram::longest);
  EXPECT_EQ(histogram.quantile(0.5), 0);
  EXPECT_GE(histogram.quantile(1), LatencyHistogram::longest - LatencyHistogram::longest / 200);
}

TEST(LatencyHistogram, without_spans_everything_is_0) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.quantile(0.5), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
}

TEST(LatencyHistogram, two_added_tell_what_one_of_all_would) {
  LatencyHistogram all;
  LatencyHistogram even;
  LatencyHistogram odd;
  for (Duration span = 1; span < 1'000'000; span += 37) {
    all.record(span);
    (span % 2 == 0 ? even : odd).record(span);
  }
  even.add(odd);
  even.add(LatencyHistogram{});
  EXPECT_EQ(even.count(), all.count());
  EXPECT_EQ(even.min(), all.min());
  EXPECT_EQ(even.max(), all.max());
  for (const double share : {0.0, 0.1, 0.5, 0.9, 0.99, 1.0}) EXPECT_EQ(even.quantile(share), all.quantile(share));
}

}  // namespace
}  // namespace herd::load
