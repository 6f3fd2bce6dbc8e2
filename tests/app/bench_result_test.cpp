#include "herd/app/bench_result.h"

#include <gtest/gtest.h>

namespace herd::app {
namespace {

/// Two servers and a hundred reports.
BenchResult closed_loop() {
  BenchResult result;
  result.connections = 3;
  result.pipeline = 16;
  result.clients = 1000;
  result.id_bytes = 23;
  result.threads = 1;
  result.seed = 1;
  result.step_m = 10;
  result.warm_up = second / 2;
  result.elapsed = 2 * second;
  result.answered = 100'000;
  result.per_second = {49'000.4, 51'000.0};
  result.latency.record(200 * microsecond, 99'000);
  result.latency.record(3 * millisecond, 1000);
  const net::ProcessUsage used{second * 19 / 10, second / 50, 10 * 1048576};
  const net::ProcessUsage less{second / 10, 0, 5 * 1048576};
  result.servers = {{"Riley", "127.0.0.1:12000", 3, {41, 42}, used}, {"Juzang", "127.0.0.1:12002", 0, {43}, less}};
  result.generator_cpu = second / 5;
  result.counted = 100'000;
  result.usage_time = 2 * second;
  result.held = HeldResult{500, false, 12 * millisecond, {{"Riley", 0, "", ""}, {"Juzang", 0, "", ""}}};
  result.copies_per_report = 1.004;
  return result;
}

BenchResult open_loop_gone_wrong() {
  auto result = closed_loop();
  result.rate = 50'000;
  result.refused = 1;
  result.first_refused = "? IAMAT x";
  result.unanswered = 2;
  result.unsent = 3000;
  result.failures = {"Riley: Connection reset by peer", "Riley: more"};
  result.servers[1].used.reset();
  result.servers[1].processes.clear();
  result.servers[0].used->waited = second;
  result.seen.emplace();
  result.seen->at = "Juzang";
  result.seen->spans.record(250 * microsecond);
  result.seen->resolution.record(9 * microsecond);
  result.seen->unseen = 1;
  result.held->servers[1] = {"Juzang", 7, "bench-1", ""};
  result.held->servers.push_back({"Bernard", 0, "", "no answer within 5 s"});
  result.left_out = {{"Campbell", "Campbell at 127.0.0.1:12003: its certificate expired"}};
  result.lateness.record(2 * millisecond, 100);
  result.copies_per_report.reset();
  result.interrupted = true;
  return result;
}

TEST(BenchResult, for_people_says_what_was_measured_and_how) {
  EXPECT_EQ(bench_text(closed_loop(), false),
            "3 connections, 1,000 clients, closed loop, 16 pipelined\n"
            "\n"
            "reports   100,000 answered in 2.0 s: 50,000/s, 49,000 to 51,000 in single seconds\n"
            "latency   p50 200 us  p90 200 us  p99 200 us  p99.9 3.00 ms  max 3.00 ms\n"
            "          from the sending of a batch to each of its answers\n"
            "CPU       20.00 us a report at all servers together; load generator 2.00 us a report, 10 % of a core\n"
            "links     1.00 copies a report, all links together\n"
            "held      the newest reports of 500 clients (a sample) by 2 servers, within 12 ms of the last answer\n"
            "\n"
            "SERVER  CONNECTIONS  CPU/REPORT  BUSY  WAITED  MEMORY\n"
            "Riley             3    19.00 us  95 %     1 %  10 MiB\n"
            "Juzang            0     1.00 us   5 %     0 %   5 MiB\n");
}

TEST(BenchResult, for_people_says_what_went_wrong) {
  EXPECT_EQ(bench_text(open_loop_gone_wrong(), false),
            "3 connections, 1,000 clients, open loop at 50,000 reports/s\n"
            "\n"
            "reports   100,000 answered in 2.0 s: 50,000/s, 49,000 to 51,000 in single seconds (interrupted)\n"
            "latency   p50 200 us  p90 200 us  p99 200 us  p99.9 3.00 ms  max 3.00 ms\n"
            "          from when a report was due to its answer\n"
            "CPU       load generator 2.00 us a report, 10 % of a core\n"
            "seen      p50 250 us  p90 250 us  p99 250 us  p99.9 250 us  max 250 us\n"
            "          at Juzang, of 1 report elsewhere; to within 9.0 us (p99 9.0 us)\n"
            "held      7 lost, of 500 clients at 3 servers\n"
            "\n"
            "SERVER  CONNECTIONS  CPU/REPORT  BUSY  WAITED  MEMORY\n"
            "Riley             3    19.00 us  95 %    50 %  10 MiB\n"
            "Juzang            0           -     -       -       -\n"
            "\n"
            "1 report refused, the first one: ? IAMAT x\n"
            "2 reports never answered\n"
            "the servers did not keep up: 3,000 reports due but never sent\n"
            "2 connections broke off, the first one: Riley: Connection reset by peer\n"
            "1 probe not seen at Juzang\n"
            "Juzang does not hold the newest report of 7 clients, the first one: bench-1\n"
            "Bernard could not be asked: no answer within 5 s\n"
            "left out: Campbell at 127.0.0.1:12003: its certificate expired\n"
            "servers waited for a core up to 50 % of the time: other programs had it, this one among them\n"
            "reports were sent late, p99 2.00 ms: the load generator had no core or the servers did not read\n");
}

TEST(BenchResult, as_json_is_one_object_in_microseconds_and_bytes) {
  EXPECT_EQ(
      bench_json(closed_loop()),
      R"({"loop":"closed","rate":null,"connections":3,"pipeline":16,"clients":1000,"id_bytes":23,"step_m":10,"seed":1,"threads":1,)"
      R"("warm_up_s":0.5,"elapsed_s":2,"reports":100000,"reports_per_s":50000,"per_second_min":49000,"per_second_max":51000,"per_second":[49000,51000],)"
      R"("refused":0,"first_refused":null,"unanswered":0,"unsent":0,"connections_lost":0,"first_failure":null,)"
      R"("latency_us":{"count":100000,"min":200,"p50":200.19,"p90":200.19,"p99":200.19,"p99_9":3000,"max":3000,"from":"batch_sent"},)"
      R"("sent_late_us":null,)"
      R"("cpu_us_per_report":20,"servers":[{"server":"Riley","address":"127.0.0.1:12000","connections":3,"pids":[41,42],"cpu_s":1.9,"cpu_us_per_report":19,"busy_percent":95,"waited_percent":1,"resident_bytes":10485760},)"
      R"({"server":"Juzang","address":"127.0.0.1:12002","connections":0,"pids":[43],"cpu_s":0.1,"cpu_us_per_report":1,"busy_percent":5,"waited_percent":0,"resident_bytes":5242880}],)"
      R"("generator":{"cpu_us_per_report":2,"busy_percent":10},)"
      R"("seen":null,)"
      R"("held":{"clients":500,"all_clients":false,"lost":0,"settled_ms":12,"servers":[{"server":"Riley","lost":0,"first_lost":null,"error":null},)"
      R"({"server":"Juzang","lost":0,"first_lost":null,"error":null}]},)"
      R"("copies_per_report":1,"left_out":[],"interrupted":false,"ok":true})"
      "\n");
}

TEST(BenchResult, as_json_has_null_for_what_is_not_known) {
  EXPECT_EQ(
      bench_json(open_loop_gone_wrong()),
      R"({"loop":"open","rate":50000,"connections":3,"pipeline":null,"clients":1000,"id_bytes":23,"step_m":10,"seed":1,"threads":1,)"
      R"("warm_up_s":0.5,"elapsed_s":2,"reports":100000,"reports_per_s":50000,"per_second_min":49000,"per_second_max":51000,"per_second":[49000,51000],)"
      R"("refused":1,"first_refused":"? IAMAT x","unanswered":2,"unsent":3000,"connections_lost":2,"first_failure":"Riley: Connection reset by peer",)"
      R"("latency_us":{"count":100000,"min":200,"p50":200.19,"p90":200.19,"p99":200.19,"p99_9":3000,"max":3000,"from":"due"},)"
      R"("sent_late_us":{"count":100,"min":2000,"p50":2000,"p90":2000,"p99":2000,"p99_9":2000,"max":2000},)"
      R"("cpu_us_per_report":null,"servers":[{"server":"Riley","address":"127.0.0.1:12000","connections":3,"pids":[41,42],"cpu_s":1.9,"cpu_us_per_report":19,"busy_percent":95,"waited_percent":50,"resident_bytes":10485760},)"
      R"({"server":"Juzang","address":"127.0.0.1:12002","connections":0,"pids":[],"cpu_s":null,"cpu_us_per_report":null,"busy_percent":null,"waited_percent":null,"resident_bytes":null}],)"
      R"("generator":{"cpu_us_per_report":2,"busy_percent":10},)"
      R"("seen":{"count":1,"min":250,"p50":250,"p90":250,"p99":250,"p99_9":250,"max":250,"at":"Juzang","unseen":1,"failure":null,"resolution":{"count":1,"min":9,"p50":9,"p90":9,"p99":9,"p99_9":9,"max":9}},)"
      R"("held":{"clients":500,"all_clients":false,"lost":7,"settled_ms":12,"servers":[{"server":"Riley","lost":0,"first_lost":null,"error":null},)"
      R"({"server":"Juzang","lost":7,"first_lost":"bench-1","error":null},)"
      R"({"server":"Bernard","lost":null,"first_lost":null,"error":"no answer within 5 s"}]},)"
      R"("copies_per_report":null,"left_out":[{"server":"Campbell","error":"Campbell at 127.0.0.1:12003: its certificate expired"}],"interrupted":true,"ok":false})"
      "\n");
}

TEST(BenchResult, an_overloaded_herd_is_credited_with_all_that_it_answered_meanwhile) {
  auto result = closed_loop();
  EXPECT_EQ(result.reports_per_s(), 50'000);
  result.rate = 1'000'000;
  result.answered = 0;
  result.elapsed = 0;
  result.unsent = 1;
  result.counted = 300'000;
  EXPECT_EQ(result.reports_per_s(), 150'000);
  const auto text = bench_text(result, false);
  EXPECT_NE(text.find("\nreports   300,000 answered in 2.0 s: 150,000/s, "), std::string::npos) << text;
}

TEST(BenchResult, fails_for_whatever_was_not_as_it_should_be) {
  EXPECT_TRUE(closed_loop().succeeded());
  const auto fails = [](auto spoil) {
    auto result = closed_loop();
    result.seen.emplace();
    spoil(result);
    return !result.succeeded();
  };
  EXPECT_FALSE(fails([](BenchResult&) {}));
  EXPECT_TRUE(fails([](BenchResult& result) { result.answered = 0; }));
  EXPECT_TRUE(fails([](BenchResult& result) { result.refused = 1; }));
  EXPECT_TRUE(fails([](BenchResult& result) { result.unanswered = 1; }));
  EXPECT_TRUE(fails([](BenchResult& result) { result.failures.emplace_back("Riley: gone"); }));
  EXPECT_TRUE(fails([](BenchResult& result) { result.seen->unseen = 1; }));
  EXPECT_TRUE(fails([](BenchResult& result) { result.seen->failure = "Juzang: gone"; }));
  EXPECT_TRUE(fails([](BenchResult& result) { result.held->servers[1].lost = 1; }));
  EXPECT_TRUE(fails([](BenchResult& result) { result.held->servers[1].error = "gone"; }));
  // Too slow is no failure; it is what was to be measured.
  EXPECT_FALSE(fails([](BenchResult& result) { result.unsent = 1; }));
}

}  // namespace
}  // namespace herd::app
