#include "herd/trackers/overland.h"

#include <gtest/gtest.h>
#include <vector>

#include "protocols/heard_text.h"
#include "protocols/sample_lines.h"

namespace herd::trackers {
namespace {

constexpr Time now = 1'700'000'000 * second;

constexpr std::string_view as_sent =
    R"({"type":"Feature","geometry":{"type":"Point","coordinates":[-122.030581,37.331800]},"properties":{"timestamp":)"
    R"("2015-10-01T08:00:00-0700","altitude":0,"speed":4,"horizontal_accuracy":30,"vertical_accuracy":-1,"motion":)"
    R"(["driving","stationary"],"pauses":false,"activity":"other_navigation","desired_accuracy":100,"deferred":1000,)"
    R"("significant_change":"disabled","locations_in_payload":1,"battery_state":"charging","battery_level":0.80,)"
    R"("device_id":"","wifi":""}})";
constexpr std::string_view as_heard =
    "phone +37.331800-122.030581 1443711600 [accuracy 30, speed 4, battery 80, motion=driving, battery_state=charging]";

/// What is heard of each point, and where the batch breaks off.
std::vector<std::string> heard(std::string_view body, std::string_view device = "phone") {
  const auto batch = OverlandBatch::find(body);
  if (!batch) return {"no batch"};
  std::vector<std::string> out;
  const auto read = batch->for_each([&](std::string_view point) {
    protocols::PhoneReport report;
    auto named = batch->device();
    if (named.id.empty() && !named.wrong) named.id = device;
    const auto parsed = read_overland(point, named, report);
    out.push_back(parsed ? protocols::heard_text(report, now) : parsed.error().message);
  });
  if (!read) out.push_back(read.error().message);
  return out;
}

std::string point(std::string_view properties) {
  return R"({"locations":[{"geometry":{"coordinates":[2,1]},"properties":{)" + std::string(properties) + "}}]}";
}

using Texts = std::vector<std::string>;

TEST(Overland, tells_place_time_and_what_it_knows) {
  EXPECT_EQ(heard(R"({"locations":[)" + std::string(as_sent) + "]}"), Texts{std::string(as_heard)});
}

TEST(Overland, is_understood_in_every_sample) {
  const auto lines = sample_lines("overland/batch.json");
  if (lines.empty()) GTEST_SKIP() << "the samples are not here";
  EXPECT_EQ(heard(lines.front()), Texts{std::string(as_heard)});
}

TEST(Overland, knows_nothing_where_it_says_something_negative) {
  EXPECT_EQ(heard(point(R"("timestamp":"2015-10-01T15:00:00Z","speed":-1,"course":-1,"horizontal_accuracy":-1,)"
                        R"("battery_level":-1,"altitude":5,"vertical_accuracy":-1)")),
            Texts{"phone +1+2 1443711600 []"});
  EXPECT_EQ(heard(point(R"("timestamp":"2015-10-01T15:00:00Z","vertical_accuracy":3,"altitude":-5,"course":180.5)")),
            Texts{"phone +1+2 1443711600 [altitude -5, course 180.50]"});
}

TEST(Overland, may_name_the_device_in_the_point_or_beside_the_points) {
  EXPECT_EQ(heard(point(R"("timestamp":1443711600,"device_id":"jane phone")")),
            Texts{"jane%20phone +1+2 1443711600 []"});
  const std::string points = R"([{"geometry":{"coordinates":[2,1]},"properties":{"timestamp":1}}])";
  EXPECT_EQ(heard(R"({"locations":)" + points + R"(,"device_id":"colota","trip":{"device_id":"x"}})"),
            Texts{"colota +1+2 1 []"});
  EXPECT_EQ(heard(R"({"device_id":"colota","locations":)" + points + "}"), Texts{"colota +1+2 1 []"});
  EXPECT_EQ(heard(R"({"locations":)" + points + R"(,"device_id":null})"), Texts{"phone +1+2 1 []"});
}

TEST(Overland, is_named_by_texts_only) {
  const auto properties = [](std::string_view device) { return R"("timestamp":1,"device_id":)" + std::string(device); };
  EXPECT_EQ(heard(point(properties("true"))), Texts{R"(the "device_id" is true; it must be a text)"});
  EXPECT_EQ(heard(point(properties(R"(["jane"])"))), Texts{R"(the "device_id" is an array; it must be a text)"});
  EXPECT_EQ(heard(point(properties("{}"))), Texts{R"(the "device_id" is an object; it must be a text)"});
  EXPECT_EQ(heard(point(properties("7"))), Texts{"7 +1+2 1 []"});

  // Beside the points it is of those that have none of their own.
  const std::string points =
      R"({"locations":[{"geometry":{"coordinates":[2,1]},"properties":{"timestamp":1}},)"
      R"({"geometry":{"coordinates":[2,1]},"properties":{"timestamp":1,"device_id":"jane"}}],"device_id":)";
  EXPECT_EQ(heard(points + "false}"), (Texts{R"(the "device_id" is false; it must be a text)", "jane +1+2 1 []"}));
  EXPECT_EQ(heard(points + "[]}"), (Texts{R"(the "device_id" is an array; it must be a text)", "jane +1+2 1 []"}));
  EXPECT_EQ(heard(points + R"({"a":"b"}})"),
            (Texts{R"(the "device_id" is an object; it must be a text)", "jane +1+2 1 []"}));
}

TEST(Overland, loses_no_point_to_a_broken_one) {
  const std::string wrong_time =
      "the time is \"soon\"; it must be POSIX seconds (1621464827.5), milliseconds, or ISO 8601 "
      "(2021-05-19T22:53:47.5Z)";
  const std::string good = R"({"geometry":{"coordinates":[2,1]},"properties":{"timestamp":1}})";
  EXPECT_EQ(
      heard(R"({"locations":[)" + good +
            R"(,{"geometry":{"coordinates":[2,91]},"properties":{"timestamp":1}},null,7,"x",[],{},{"a":nonsense},)" +
            R"({"geometry":{"coordinates":[2,1]},"properties":{"timestamp":"soon"}},)" +
            R"({"geometry":{"coordinates":[2,1]},"properties":{}},)" + good + "]}"),
      (Texts{"phone +1+2 1 []", "the latitude is \"91\"; it must be a number of degrees from -90 to 90",
             R"(the "timestamp" is missing)", R"(the "timestamp" is missing)", R"(the "timestamp" is missing)",
             R"(the "timestamp" is missing)", R"(the "timestamp" is missing)", "no JSON: syntax error at byte 5",
             wrong_time, R"(the "timestamp" is missing)", "phone +1+2 1 []"}));
}

TEST(Overland, keeps_the_points_before_the_place_where_a_batch_breaks_off) {
  const std::string good = R"({"geometry":{"coordinates":[2,1]},"properties":{"timestamp":1}})";
  EXPECT_EQ(heard("{\"locations\":[\n" + good + ",\n" + good.substr(0, 20)),
            (Texts{"phone +1+2 1 []",
                   "the batch breaks off in line 3: the input ends inside of what begins in line 3; "
                   "is it cut off?"}));
  EXPECT_EQ(
      heard(R"({"locations":[)" + good + " " + good + "]}"),
      (Texts{"phone +1+2 1 []", "the batch breaks off in line 1: a comma or the end of an array is expected here"}));
}

TEST(Overland, may_send_an_empty_batch) {
  EXPECT_EQ(heard(R"({"locations":[]})"), Texts());
  EXPECT_EQ(heard(R"({ "locations" : [ ] , "device_id" : "x" })"), Texts());
}

TEST(Overland, is_told_by_its_array) {
  for (const auto* const body : {"", "{}", "[]", R"({"locations":{}})", R"({"locations":"["})", R"({"location":[1]})",
                                 R"({"a":{"locations":[1]}})", R"({"locations")", "locations"}) {
    EXPECT_EQ(heard(body), Texts{"no batch"}) << body;
  }
}

}  // namespace
}  // namespace herd::trackers
