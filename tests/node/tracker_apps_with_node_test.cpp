// Tracker apps' requests to a real node: what phones send again, and late.

#include <gtest/gtest.h>
#include <string>
#include <variant>

#include "herd/node/node.h"
#include "herd/trackers/tracker_apps.h"

namespace herd::node {
namespace {

constexpr Time now = 1'700'000'000 * second;

class OpenAccess : public protocols::Access {
 public:
  std::shared_ptr<const protocols::Grant> grant(const Credentials& /*credentials*/) const override {
    return protocols::Grant::everything();
  }
  bool admits(std::string_view /*address*/, unsigned /*requests*/, Time /*now*/) override { return true; }
  void count_denied() override {}
};

struct TrackerAppsWithNode : testing::Test {
  std::string post(std::string_view body, Time at = now) {
    const auto exchange = apps.begin({"POST", "/pub", {}, "127.0.0.1:5"}, at);
    exchange->on_body(body, at);
    const auto response = std::get<http::HttpResponse>(exchange->finish(at));
    return std::to_string(response.status) + ' ' + response.body;
  }

  std::string stored(std::string_view client) const { return node.locate(client).value_or("unknown"); }

  Node node{"ucla", "Riley", 3, 1};
  OpenAccess access;
  trackers::TrackerApps apps{node, access, {}};
};

constexpr std::string_view jane_at =
    R"({"_type":"location","topic":"owntracks/jane/phone","lat":48.85,"lon":2.295,"tst":)";

std::string jane_at_time(std::string_view time) {
  return std::string(jane_at) + std::string(time) + "}";
}

TEST_F(TrackerAppsWithNode, what_a_phone_sends_again_changes_nothing) {
  EXPECT_EQ(post(jane_at_time("1699999990")), "200 []");
  const auto first = stored("jane/phone");
  EXPECT_EQ(first, "AT Riley +10.000000000 jane/phone +48.85+2.295 1699999990");
  EXPECT_EQ(post(jane_at_time("1699999990"), now + 60 * second), "200 []");
  EXPECT_EQ(stored("jane/phone"), first);
}

TEST_F(TrackerAppsWithNode, what_a_phone_sends_late_does_not_become_its_newest) {
  EXPECT_EQ(post(jane_at_time("1699999990")), "200 []");
  EXPECT_EQ(post(jane_at_time("1699999980"), now + second), "200 []");
  EXPECT_EQ(stored("jane/phone"), "AT Riley +10.000000000 jane/phone +48.85+2.295 1699999990");
}

TEST_F(TrackerAppsWithNode, a_batch_in_any_order_and_sent_twice_leaves_the_newest_point) {
  std::string batch = R"({"locations":[)";
  for (const auto* const time : {"13:00:07", "13:00:09", "13:00:08"}) {
    batch += R"({"geometry":{"coordinates":[2,1)" + std::string(time).substr(7) + R"(]},"properties":{"timestamp":)" +
             R"("2023-11-14T)" + std::string(time) + R"(Z","device_id":"phone"}},)";
  }
  batch.back() = ']';
  for (int sent = 0; sent < 2; ++sent) {
    EXPECT_EQ(post(batch + "}"), R"(200 {"result":"ok"})");
    EXPECT_EQ(stored("phone"), "AT Riley +33191.000000000 phone +19+2 1699966809");
  }
}

TEST_F(TrackerAppsWithNode, one_phone_by_every_app_is_one_client) {
  EXPECT_EQ(post(R"({"_type":"location","tid":"phone","lat":1,"lon":2,"tst":1699999991})"), "200 []");
  EXPECT_EQ(stored("phone"), "AT Riley +9.000000000 phone +1+2 1699999991");
  EXPECT_EQ(post(R"({"device_id":"phone","location":{"timestamp":"2023-11-14T22:13:12Z","coords":{"latitude":1,)"
                 R"("longitude":2}}})"),
            "200 ");
  EXPECT_EQ(stored("phone"), "AT Riley +8.000000000 phone +1+2 1699999992");
  EXPECT_EQ(post("id=phone&lat=1&lon=2&timestamp=1699999993"), "200 ");
  EXPECT_EQ(stored("phone"), "AT Riley +7.000000000 phone +1+2 1699999993");
  EXPECT_EQ(post(R"({"locations":[{"geometry":{"coordinates":[2,1]},"properties":{"timestamp":)"
                 R"("2023-11-14T14:13:14-0800","device_id":"phone"}}]})"),
            R"(200 {"result":"ok"})");
  EXPECT_EQ(stored("phone"), "AT Riley +6.000000000 phone +1+2 1699999994");
}

TEST_F(TrackerAppsWithNode, keep_points_of_new_clients_for_which_there_is_no_room) {
  for (const auto* const client : {"a", "b", "c"}) {
    EXPECT_EQ(post("lat=1&lon=2&timestamp=1699999990&id=" + std::string(client)), "200 ");
  }
  EXPECT_TRUE(post(jane_at_time("1699999990")).starts_with("507 "));
  EXPECT_EQ(stored("jane/phone"), "unknown");
  EXPECT_EQ(post("lat=3&lon=4&timestamp=1699999991&id=a"), "200 ") << "it is held already";
  EXPECT_EQ(stored("a"), "AT Riley +9.000000000 a +3+4 1699999991");
  EXPECT_EQ(apps.counters(trackers::TrackerApp::owntracks).refused, 1U);
}

}  // namespace
}  // namespace herd::node
