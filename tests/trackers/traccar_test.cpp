#include "herd/trackers/traccar.h"

#include <gtest/gtest.h>

#include "protocols/heard_text.h"
#include "protocols/sample_lines.h"

namespace herd::trackers {
namespace {

constexpr Time now = 1'700'000'000 * second;

std::string heard(std::string_view body) {
  protocols::PhoneReport report;
  const auto read = read_traccar(body, report);
  if (!read) return read.error().message;
  return report.has_position() ? protocols::heard_text(report, now) : "alive: " + std::string(report.client());
}

constexpr std::string_view as_sent =
    R"({"location":{"timestamp":"2025-06-15T13:45:12.862Z","coords":{"latitude":37.4219983,"longitude":-122.084,)"
    R"("accuracy":5,"speed":1.5,"heading":-1,"altitude":5},"is_moving":false,"odometer":0,"event":"motionchange",)"
    R"("battery":{"level":0.83,"is_charging":false},"activity":{"type":"still"},"extras":{},)"
    R"("_":"&id=48241179&lat=37.4219983&lon=-122.084&timestamp=2025-06-15T13:45:12.862Z&"},"device_id":"48241179"})";

TEST(TraccarClient, tells_place_time_and_what_it_knows) {
  EXPECT_EQ(heard(as_sent),
            "48241179 +37.4219983-122.084 1749995112.862 [accuracy 5, altitude 5, speed 1.50, battery 83, "
            "is_moving=false, odometer=0, event=motionchange, is_charging=false, activity=still]");
}

TEST(TraccarClient, is_understood_in_every_sample) {
  const auto lines = sample_lines("traccar/client.jsonl");
  if (lines.empty()) GTEST_SKIP() << "the samples are not here";
  for (const auto& line : lines) {
    EXPECT_EQ(heard(line).substr(0, 45), "48241179 +37.4219983-122.084 1749995112.862 [") << line;
  }
}

TEST(TraccarClient, may_say_only_that_it_is_alive) {
  EXPECT_EQ(heard(R"({"location":{"timestamp":"2025-06-15T13:45:12Z","event":"heartbeat"},"device_id":"7"})"),
            "alive: 7");
  EXPECT_EQ(heard(R"({"location":{"coords":{}},"device_id":"7"})"), "alive: 7");
  EXPECT_EQ(heard(R"({"location":{"coords":{"latitude":null,"longitude":null}},"device_id":"7"})"), "alive: 7");
  EXPECT_EQ(heard(R"({"location":{}})"), "alive: ");
}

TEST(TraccarClient, knows_nothing_where_it_says_minus_one) {
  EXPECT_EQ(
      heard(R"({"location":{"timestamp":"2025-06-15T13:45:12Z","coords":{"latitude":1,"longitude":2,"accuracy":-1,)"
            R"("speed":-1,"heading":-1,"altitude":-1},"battery":{"level":-1}},"device_id":"7"})"),
      "7 +1+2 1749995112 [altitude -1]");
}

TEST(TraccarClient, is_named_by_texts_only) {
  const auto heard_of = [](std::string_view id) {
    return heard(R"({"location":{"timestamp":1,"coords":{"latitude":1,"longitude":2}},"device_id":)" + std::string(id) +
                 "}");
  };
  EXPECT_EQ(heard_of("48241179"), "48241179 +1+2 1 []");
  EXPECT_EQ(heard_of("true"), R"(the "device_id" is true; it must be a text)");
  EXPECT_EQ(heard_of(R"(["7"])"), R"(the "device_id" is an array; it must be a text)");
  EXPECT_EQ(heard_of(R"({"id":"7"})"), R"(the "device_id" is an object; it must be a text)");
  EXPECT_EQ(heard_of("null"), "the client id is missing or empty");
}

TEST(TraccarClient, says_what_is_wrong) {
  EXPECT_EQ(heard(R"({"location":{"coords":{"latitude":1}},"device_id":"7"})"),
            "the longitude is missing; it must be a number of degrees from -180 to 180");
  EXPECT_EQ(heard(R"({"location":{"coords":{"latitude":1,"longitude":2}}})"), "the client id is missing or empty");
  EXPECT_EQ(heard(R"({"device_id":"7",)"), "no JSON: incomplete JSON at byte 17");
  EXPECT_EQ(heard(R"({"location":[{"coords":{"latitude":1,"longitude":2}}],"device_id":"7"})"),
            R"("location" is an array; it must be one location)");
}

}  // namespace
}  // namespace herd::trackers
