#include "herd/net/google_places.h"

#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <optional>
#include <thread>

#include "herd/places/offline_places.h"
#include "net/loopback_listener.h"

namespace herd::net {
namespace {

/// Google at a port of 127.0.0.1, and no offline places to fall back to.
class GooglePlacesTest : public testing::Test {
 protected:
  GoogleLookup& ask_at(std::uint16_t port, Duration timeout) {
    GoogleLookup::Options options;
    options.server.host = "127.0.0.1";
    options.server.port = port;
    options.server.timeout = timeout;
    return google_.emplace(options, google::GoogleKey::parse("AIzaSecret").value(), offline_, log_);
  }

  /// Blocks until they are there.
  static std::vector<std::string> find(GoogleLookup& google, std::vector<places::NearbyQuery> queries) {
    std::promise<std::vector<std::string>> found;
    google.find_nearby(std::move(queries),
                       [&](std::vector<std::string> answers) { found.set_value(std::move(answers)); });
    return found.get_future().get();
  }

  static std::string offline_answer(const std::string& why) {
    return "{\n   \"html_attributions\": [],\n   \"info_messages\": [\"Google Places " + why +
           "; these places are from offline files\"],\n   \"results\": [],\n   \"status\": \"ZERO_RESULTS\"\n}";
  }

  std::filesystem::path log_path_ =
      std::filesystem::path(testing::TempDir()) / ("google-places-" + std::to_string(::getpid())) / "server.log";
  LogFile log_{log_path_, 0};
  OfflineLookup offline_{std::make_shared<places::OfflinePlaces>(std::vector<places::PlaceFile>()), 2};
  std::optional<GoogleLookup> google_;
};

TEST_F(GooglePlacesTest, has_offline_files_answer_each_query_that_Google_does_not) {
  auto& google = ask_at(refused_port(), 10 * second);
  const auto answers = find(google, {{{0, 0}, 10, 20}, {{0, 1}, 10, 20}, {{0, 2}, 10, 0}, {{0, 0}, 10, 5}});
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers[0], offline_answer("cannot be reached: Connection refused"));
  EXPECT_EQ(answers[1], offline_answer("cannot be reached: Connection refused"));
  EXPECT_EQ(answers[2], "{\n   \"html_attributions\": [],\n   \"results\": [],\n   \"status\": \"ZERO_RESULTS\"\n}");
  EXPECT_EQ(answers[3], offline_answer("cannot be reached: Connection refused"));
  const auto status = google.status();
  EXPECT_EQ(status.counts.questions, 3U);
  EXPECT_EQ(status.counts.requests, 2U);
  EXPECT_EQ(status.counts.joined, 1U);
  EXPECT_EQ(status.counts.failures, 2U);
  EXPECT_EQ(status.last_failure, "cannot be reached: Connection refused");
  EXPECT_TRUE(find(google, {}).empty());
}

TEST_F(GooglePlacesTest, answers_no_more_than_the_first_queries_where_that_is_much) {
  auto& google = ask_at(refused_port(), 10 * second);
  const auto answer = offline_answer("cannot be reached: Connection refused");
  const auto made = (places::Provider::answers_bytes_max + answer.size() - 1) / answer.size();
  const auto answers = find(google, std::vector<places::NearbyQuery>(made + 1000, {{0, 0}, 10, 20}));
  EXPECT_EQ(answers.size(), made);
  EXPECT_EQ(answers.back(), answer);
}

TEST_F(GooglePlacesTest, gives_up_when_the_time_is_over) {
  LoopbackListener silent;  // takes connections, and says nothing
  auto& google = ask_at(silent.port(), 50 * millisecond);
  EXPECT_EQ(find(google, {{{0, 0}, 10, 20}}).front(), offline_answer("did not answer within 50 ms"));
}

TEST_F(GooglePlacesTest, says_so_where_nobody_speaks_TLS) {
  LoopbackListener plain;
  auto server = std::async(std::launch::async, [&] {
    auto conversation = plain.accept();
    conversation.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    conversation.read_to_end();
  });
  EXPECT_EQ(find(ask_at(plain.port(), 10 * second), {{{0, 0}, 10, 20}}).front(),
            offline_answer("cannot be reached: wrong version number (SSL routines)"));
  server.get();
}

TEST_F(GooglePlacesTest, takes_no_time_to_end_while_it_waits) {
  LoopbackListener silent;
  auto& google = ask_at(silent.port(), 600 * second);
  std::atomic<bool> told = false;
  for (int i = 0; i < 10; ++i) google.find_nearby({{{0, i}, 10, 20}}, [&](const auto&) { told = true; });
  while (google.status().requests_under_way < 10) std::this_thread::yield();
  google_.reset();
  EXPECT_FALSE(told);
}

TEST_F(GooglePlacesTest, makes_no_more_requests_at_once_than_its_bound) {
  LoopbackListener silent;
  auto& google = ask_at(silent.port(), 600 * second);
  std::vector<places::NearbyQuery> queries;
  for (int i = 0; i < 64; ++i) queries.push_back({{0, i}, 10, 20});
  google.find_nearby(queries, [](const auto&) {});
  EXPECT_EQ(find(google, {{{1, 1}, 10, 20}}).front(),
            offline_answer("is not asked now, for 64 requests are under way"));
  EXPECT_EQ(google.status().counts.crowded_out, 1U);
}

TEST_F(GooglePlacesTest, is_asked_from_many_threads) {
  auto& google = ask_at(refused_port(), 10 * second);
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 50; ++i) {
          google.find_nearby({{{thread, i}, 10, 20}, {{0, i}, 10, 20}}, [&](const std::vector<std::string>& answers) {
            if (answers.size() == 2) answered.fetch_add(1);
          });
          google.use_key(google::GoogleKey::parse("AIza" + std::to_string(i)).value());
          google.status();
        }
      });
    }
  }
  while (answered < 200) std::this_thread::yield();
  EXPECT_EQ(google.status().counts.questions, 400U);
}

}  // namespace
}  // namespace herd::net
