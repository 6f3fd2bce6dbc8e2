#include "herd/load/load_worker.h"

#include <algorithm>
#include <functional>
#include <future>
#include <gtest/gtest.h>
#include <optional>
#include <sstream>
#include <string>

#include "herd/net/clock.h"
#include "net/loopback_listener.h"

namespace herd::load {
namespace {

/// The answers of a server named S to whole IAMAT lines.
std::string answers_to(const std::string& reports) {
  std::istringstream lines(reports);
  std::string text;
  for (std::string line; std::getline(lines, line);) text += "AT S +0.000000001 " + line.substr(6) + "\n";
  return text;
}

/// What a server answers to what came in one reading, which ends with a whole line; none: it closes.
using Answer = std::function<std::optional<std::string>(const std::string& reports)>;

/// One worker with one connection to a server that answers so, run to its end.
class WorkerAndServer {
 public:
  explicit WorkerAndServer(Answer answer, LoadShare share, std::uint64_t clients = 10)
      : served_{std::async(std::launch::async, [this, answer = std::move(answer)] { serve(answer); })},
        worker_{connections(clients)} {
    worker_.run(share, stop_);
  }

  const LoadTally& tally() const { return worker_.tally(); }
  const LoadConnection& connection() const { return worker_.connections().front(); }

 private:
  std::vector<LoadConnection> connections(std::uint64_t clients) {
    std::vector<LoadConnection> connections;
    auto socket = net::ClientSocket::connect("127.0.0.1", listener_.port(), 5 * second);
    connections.emplace_back(std::move(socket.value()), 0, ReportLines({clients, 23, 10, 1}, 0, 1));
    return connections;
  }

  void serve(const Answer& answer) {
    auto conversation = listener_.accept();
    for (;;) {
      const auto reports = conversation.read_until("\n");
      const auto text = reports.empty() ? std::nullopt : answer(reports);
      if (!text) return;
      conversation.write(*text);
    }
  }

  net::LoopbackListener listener_;
  std::atomic<bool> stop_ = false;
  std::future<void> served_;
  LoadWorker worker_;
};

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST(LoadWorker, in_closed_loop_a_batch_is_sent_when_the_one_before_is_answered) {
  LoadShare share;
  share.pipeline = 4;
  share.reports_max = 10;
  std::vector<std::size_t> batches;
  const WorkerAndServer run(
      [&](const std::string& reports) {
        batches.push_back(lines_in(reports));
        return answers_to(reports);
      },
      share);
  EXPECT_EQ(batches, (std::vector<std::size_t>{4, 4, 2}));
  EXPECT_EQ(run.tally().answered, 10u);
  EXPECT_EQ(run.tally().latency.count(), 10u);
  EXPECT_EQ(run.tally().unanswered, 0u);
  EXPECT_EQ(run.connection().answers().refused(), 0u);
  EXPECT_TRUE(run.connection().is_open());
}

TEST(LoadWorker, in_open_loop_a_stall_is_charged_to_every_report_that_it_delayed) {
  // 1000 reports/s. Nothing is answered before the hundredth report, which is due 99 ms after the first one; so report
  // number i of the first hundred takes 99 - i ms at least.
  LoadShare share;
  share.reports_max = 200;
  const auto begin = net::steady_now();
  share.schedule.emplace(begin, 1000);
  share.measure_from = begin;
  std::string held_back;
  std::size_t heard = 0;
  const WorkerAndServer run(
      [&](const std::string& reports) {
        heard += lines_in(reports);
        held_back += answers_to(reports);
        if (heard >= 100) return std::exchange(held_back, {});
        return std::string();
      },
      share);
  const auto& latency = run.tally().latency;
  EXPECT_EQ(run.tally().answered, 200u);
  EXPECT_EQ(latency.count(), 200u);
  EXPECT_GE(latency.max(), 99 * millisecond);
  // A quantile may be half a percent off.
  EXPECT_GE(latency.quantile(1 - 10.0 / 200), 88 * millisecond);
  EXPECT_GE(latency.quantile(1 - 50.0 / 200), 48 * millisecond);
  EXPECT_GE(latency.quantile(1 - 90.0 / 200), 8 * millisecond);
  EXPECT_GE(run.tally().last_answer - begin, 199 * millisecond);
  EXPECT_EQ(run.tally().lateness.count(), 200u);
}

TEST(LoadWorker, in_open_loop_what_is_never_answered_counts_with_the_time_it_waited) {
  LoadShare share;
  const auto begin = net::steady_now();
  share.schedule.emplace(begin, 1000);
  share.measure_from = begin + 50 * millisecond;
  share.end = begin + 100 * millisecond;
  share.last_answers_max = 30 * millisecond;
  const WorkerAndServer run([&](const std::string&) { return std::string(); }, share);
  // Of the hundred reports the first fifty were due before the measurement began.
  EXPECT_EQ(run.tally().answered, 0u);
  EXPECT_EQ(run.tally().unanswered + run.tally().unsent, 50u);
  EXPECT_EQ(run.tally().latency.count(), 50u);
  EXPECT_GE(run.tally().latency.min(), 30 * millisecond);
  EXPECT_GE(run.tally().latency.max(), 80 * millisecond);
}

TEST(LoadWorker, reports_before_the_measurement_are_sent_and_not_counted) {
  LoadShare share;
  share.measure_from = net::steady_now() + 20 * millisecond;
  share.end = share.measure_from + 20 * millisecond;
  const WorkerAndServer run(answers_to, share);
  EXPECT_GT(run.tally().answered, 0u);
  EXPECT_GT(run.connection().answers().count(), run.tally().answered);
  EXPECT_GE(run.tally().last_answer, share.measure_from);
}

TEST(LoadWorker, refusals_are_counted_and_the_load_goes_on) {
  LoadShare share;
  share.reports_max = 30;
  std::size_t number = 0;
  const WorkerAndServer run(
      [&](const std::string& reports) { return ++number % 3 == 0 ? "? " + reports : answers_to(reports); }, share);
  EXPECT_EQ(run.tally().answered, 30u);
  EXPECT_EQ(run.connection().answers().refused(), 10u);
  EXPECT_TRUE(run.connection().answers().first_refused().starts_with("? IAMAT bench-00000000000000002 "));
}

TEST(LoadWorker, a_connection_with_a_wrong_answer_is_closed_and_says_why) {
  LoadShare share;
  share.end = net::steady_now() + 3600 * second;
  const WorkerAndServer wrong([](const std::string&) { return std::string("FLUFFYDOG\n"); }, share);
  EXPECT_FALSE(wrong.connection().is_open());
  EXPECT_EQ(wrong.connection().why_closed(), "answered \"FLUFFYDOG\" to a report");

  const WorkerAndServer twice([](const std::string& reports) { return answers_to(reports + reports); }, share);
  EXPECT_EQ(twice.connection().why_closed(), "more answers than reports");

  const WorkerAndServer gone([](const std::string&) { return std::nullopt; }, share);
  EXPECT_EQ(gone.connection().why_closed(), "the server closed the connection");
}

TEST(LoadWorker, an_answer_among_thousands_that_is_not_to_its_report_is_found) {
  LoadShare share;
  share.pipeline = 100;
  share.end = net::steady_now() + 3600 * second;
  std::size_t number = 0;
  const WorkerAndServer run(
      [&](const std::string& reports) {
        // From the fifth batch on the answers come in the wrong order.
        if (++number < 5) return answers_to(reports);
        const auto second_line = reports.find('\n') + 1;
        return answers_to(reports.substr(second_line) + reports.substr(0, second_line));
      },
      share, 100);
  EXPECT_FALSE(run.connection().is_open());
  EXPECT_TRUE(run.connection().why_closed().starts_with("answered \"AT S +0.000000001 bench-"));
}

TEST(LoadWorker, reports_of_a_connection_have_ever_later_times) {
  LoadShare share;
  share.pipeline = 50;
  share.reports_max = 500;
  std::string all;
  const WorkerAndServer run(
      [&](const std::string& reports) {
        all += reports;
        return answers_to(reports);
      },
      share);
  std::istringstream lines(all);
  std::string before;
  for (std::string line; std::getline(lines, line);) {
    const auto time = line.substr(line.rfind(' ') + 1);
    ASSERT_LT(before, time);
    before = time;
  }
}

}  // namespace
}  // namespace herd::load
