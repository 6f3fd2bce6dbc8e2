#include <algorithm>
#include <gtest/gtest.h>
#include <mutex>
#include <string>
#include <thread>

#include "herd/net/http_server.h"
#include "net/http_server_of_test.h"

namespace herd::net {
namespace {

/// A feed that gives its streams what the test says, at the next tick, and answers what they hear.
class FeedOfTest : public LiveLoop::Feed {
 public:
  struct Shared {
    std::mutex mutex;
    std::string said;  // by the test
    std::size_t streams = 0;
    std::size_t ticks = 0;
    std::thread::id thread;  // that opens

    void say(const std::string& text) {
      const std::lock_guard lock(mutex);
      said += text;
    }
    std::size_t count() {
      const std::lock_guard lock(mutex);
      return streams;
    }
  };

  explicit FeedOfTest(Shared& shared) : shared_(shared) {}

  std::unique_ptr<live::LiveStream> open(const http::HttpLive& /*live*/, Time /*now*/,
                                         std::function<void()> wake) override {
    wake_ = std::move(wake);
    shared_.thread = std::this_thread::get_id();
    return std::make_unique<Stream>(*this);
  }
  void tick(Time /*now*/) override {
    bool has_news = false;
    {
      const std::lock_guard lock(shared_.mutex);
      ++shared_.ticks;
      has_news = !shared_.said.empty();
    }
    if (has_news) wake_();
  }
  std::size_t subscribers() const override { return subscribers_; }

 private:
  class Stream : public live::LiveStream {
   public:
    explicit Stream(FeedOfTest& feed) : feed_(feed) { count(1); }
    ~Stream() override { count(-1); }

    bool on_input(std::string_view bytes, std::string& out) override {
      out.append("heard ").append(bytes);
      return bytes != "bye";
    }
    bool on_room(Time /*now*/, std::string& out) override {
      const std::lock_guard lock(feed_.shared_.mutex);
      out += std::exchange(feed_.shared_.said, {});
      return true;
    }

    void on_stopping(std::string& out) override { out += "last word"; }

   private:
    void count(int change) {
      const std::lock_guard lock(feed_.shared_.mutex);
      feed_.shared_.streams += static_cast<std::size_t>(change);
      feed_.subscribers_ += static_cast<std::size_t>(change);
    }
    FeedOfTest& feed_;
  };

  Shared& shared_;
  std::function<void()> wake_;
  std::size_t subscribers_ = 0;
};

HttpServer::Options with(FeedOfTest& feed) {
  HttpServer::Options options;
  options.feed = &feed;
  options.feed_tick_every = millisecond;
  options.limits.tick = 10 * millisecond;
  options.limits.idle = 50 * millisecond;
  return options;
}

TEST(HttpLive, sends_events_as_they_are_there_and_ends_with_its_client) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  const HttpServerOfTest server(with(feed));
  shared.say("snapshot\n");
  {
    auto client = server.connect();
    client.say(get("/live"));
    EXPECT_EQ(without_date(client.read_to("snapshot\n")),
              "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
              "Connection: close\r\n\r\nsnapshot\n");
    // It waits longer than any other connection might.
    EXPECT_EQ(server.connect().read_to_end(), "");
    EXPECT_EQ(server.connect().read_to_end(), "");
    shared.say("news\n");
    EXPECT_EQ(client.read_to("news\n"), "news\n");
    std::string much;
    much.resize(10'000'000, 'x');
    shared.say(much + "\n");
    EXPECT_EQ(client.read_to("\n").size(), 10'000'001U);
    EXPECT_EQ(server.counters().live_feeds.sum(), 1U);
  }
  eventually([&] { return server.connections() == 0 && shared.count() == 0; });
}

TEST(HttpLive, upgrades_to_a_websocket_and_gives_it_what_comes_even_with_the_request) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  const HttpServerOfTest server(with(feed));
  auto client = server.connect();
  client.say(get("/a") + get("/ws") + "frame");
  // RFC 6455 section 1.3
  EXPECT_EQ(without_date(client.read_to("heard frame")),
            answer_to("GET", "/a") +
                "HTTP/1.1 101 Switching Protocols\r\nServer: proxyherd\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nheard frame");
  client.say("ping");
  EXPECT_EQ(client.read_to("ping"), "heard ping");
  client.say("bye");
  EXPECT_EQ(client.read_to_end(), "heard bye");
  eventually([&] { return shared.count() == 0; });
}

TEST(HttpLive, begins_behind_all_that_was_asked_before_it) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  auto options = with(feed);
  options.limits.stalled = 0;
  const HttpServerOfTest server(options);
  auto client = server.connect();
  std::string requests;
  constexpr std::size_t before = 400;
  for (std::size_t i = 0; i < before; ++i) requests += get("/large");
  client.say(requests);
  client.say(get("/live"));
  // More than the system holds on the way: the session waits for its client to read.
  shared.say("snapshot\n");
  std::string heard;
  for (std::size_t i = 0; i < before; ++i) {
    heard = client.read_to("<");
    ASSERT_EQ(heard.size(), heard.find("\r\n\r\n") + 4 + 50'000) << i;
  }
  EXPECT_EQ(without_date(client.read_to("snapshot\n")),
            "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
            "Connection: close\r\n\r\nsnapshot\n");
}

TEST(HttpLive, counts_among_the_connections_of_the_port) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  auto options = with(feed);
  options.connections_max = 2;
  options.limits.idle = 0;
  const HttpServerOfTest server(options);
  auto first = server.connect();
  first.say(get("/live"));
  first.read_to("\r\n\r\n");
  {
    auto second = server.connect();
    second.say(get("/live"));
    second.read_to("\r\n\r\n");
    // While it is handed over it is counted twice.
    eventually([&] { return shared.count() == 2 && server.connections() == 2; });
    EXPECT_EQ(server.connect().read_to_end(), "");
    EXPECT_EQ(server.refused(), 1U);
  }
  eventually([&] { return server.connections() == 1; });
  auto third = server.connect();
  third.say(get("/live"));
  third.read_to("\r\n\r\n");
  EXPECT_EQ(server.refused(), 1U);
}

TEST(HttpLive, ends_for_a_client_that_does_not_read) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  auto options = with(feed);
  options.limits.stalled = 50 * millisecond;
  options.limits.idle = 0;
  const HttpServerOfTest server(options);
  auto client = server.connect();
  client.say(get("/live"));
  client.read_to("\r\n\r\n");
  std::string much;
  much.resize(20'000'000, 'x');
  shared.say(much);
  eventually([&] { return server.connections() == 0 && shared.count() == 0; });
  EXPECT_EQ(server.counters().readers_too_slow.sum(), 1U);
}

TEST(HttpLive, is_told_by_a_thread_that_serves_no_requests) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  HttpServerOfTest server(with(feed));
  auto client = server.connect();
  client.say(get("/live"));
  eventually([&] { return shared.count() == 1; });
  for (const auto thread : server.threads()) EXPECT_NE(shared.thread, thread);
}

TEST(HttpLive, is_told_by_its_head_alone_to_who_asks_for_that) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  const HttpServerOfTest server(with(feed));
  auto client = server.connect();
  client.say("HEAD /live HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(without_date(client.read_to_end()),
            "HTTP/1.1 200 OK\r\nServer: proxyherd\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_EQ(shared.count(), 0U);
  EXPECT_EQ(server.counters().live_feeds.sum(), 0U);
}

TEST(HttpLive, is_refused_where_there_is_no_feed) {
  const HttpServerOfTest server;
  auto client = server.connect();
  client.say(get("/live"));
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
}

TEST(HttpLive, ends_with_a_last_word_when_the_server_stops_and_is_refused_then) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  HttpServerOfTest server(with(feed));
  auto events = server.connect();
  events.say(get("/live"));
  events.read_to("\r\n\r\n");
  auto request = server.connect();
  request.say(get("/later"));
  const auto held = server.service.next();
  EXPECT_FALSE(server.drains());
  EXPECT_EQ(events.read_to_end(), "last word");
  events.reset();
  eventually([&] { return shared.count() == 0; });
  auto late = server.connect();
  late.say(get("/live"));
  EXPECT_EQ(without_date(late.read_to_end()),
            "HTTP/1.1 503 Service Unavailable\r\n" +
                refusal("503", "Service Unavailable", "this server is stopping; ask another one"));
  held.answer("late");
  EXPECT_EQ(shared.count(), 0U);
}

TEST(HttpLive, server_stops_with_feeds_open) {
  FeedOfTest::Shared shared;
  FeedOfTest feed(shared);
  HttpServerOfTest server(with(feed));
  auto client = server.connect();
  client.say(get("/live"));
  client.read_to("\r\n\r\n");
  server.stop();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(shared.count(), 0U);
}

}  // namespace
}  // namespace herd::net
