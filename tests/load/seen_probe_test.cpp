#include "herd/load/seen_probe.h"

#include <future>
#include <gtest/gtest.h>
#include <string>

#include "herd/net/clock.h"
#include "net/loopback_listener.h"

namespace herd::load {
namespace {

LoadTarget target(const std::string& name, const net::LoopbackListener& listener) {
  return {name, "127.0.0.1", listener.port()};
}

/// The time of an IAMAT line, which is its last field.
std::string time_of(const std::string& line) {
  const auto blank = line.rfind(' ');
  return line.substr(blank + 1, line.size() - blank - 2);
}

TEST(SeenProbe, asks_one_question_after_the_other_until_an_answer_shows_the_report) {
  net::LoopbackListener source;
  net::LoopbackListener at;
  std::promise<std::string> reported;
  auto serves_source = std::async(std::launch::async, [&] {
    auto conversation = source.accept();
    const auto line = conversation.read_until("\n");
    reported.set_value(line);
    conversation.read_to_end();
    return line;
  });
  auto serves_at = std::async(std::launch::async, [&] {
    auto conversation = at.accept();
    std::string heard;
    const auto answer = [&](const std::string& text) {
      heard += conversation.read_until("\n");
      conversation.write(text);
    };
    const auto line = reported.get_future().get();
    answer("? WHATSAT bench-seen-0 0 0\n");
    answer("AT S +0.000000001 bench-seen-0 +34.068930-118.445127 1.5\n{}\n\n");
    answer("AT S +0.000000001 bench-seen-0 +34.068930-118.445127 " + time_of(line) + "\n{}\n\n");
    return heard;
  });
  const auto begin = net::steady_now();
  auto probe = SeenProbe::connect({target("Source", source)}, target("Far", at));
  ASSERT_TRUE(probe);
  (*probe)->start(begin);
  EXPECT_EQ(serves_at.get(), "WHATSAT bench-seen-0 0 0\nWHATSAT bench-seen-0 0 0\nWHATSAT bench-seen-0 0 0\n");
  (*probe)->join();  // the connection has ended, and so does the probe, but not before it has read all
  const auto took = net::steady_now() - begin;
  EXPECT_EQ((*probe)->spans().count(), 1u);
  EXPECT_GT((*probe)->spans().min(), 0);
  EXPECT_LE((*probe)->spans().max(), took);
  EXPECT_EQ((*probe)->resolution().count(), 1u);
  EXPECT_LE((*probe)->resolution().max(), (*probe)->spans().max());
  EXPECT_EQ((*probe)->unseen(), 0u);
  EXPECT_EQ((*probe)->failure(), "Far: the server closed the connection");
  probe->reset();
  EXPECT_TRUE(serves_source.get().starts_with("IAMAT bench-seen-0 +34.068930-118.445127 "));
}

TEST(SeenProbe, says_why_it_cannot_go_on) {
  net::LoopbackListener source;
  net::LoopbackListener at;
  auto serves_at = std::async(std::launch::async, [&] {
    auto conversation = at.accept();
    conversation.read_until("\n");
    conversation.write("HTTP/1.1 400 Bad Request\r\n");
    conversation.read_to_end();
  });
  auto probe = SeenProbe::connect({target("Source", source)}, target("Far", at));
  ASSERT_TRUE(probe);
  (*probe)->start(0);
  (*probe)->join();
  EXPECT_EQ((*probe)->failure(), "Far: answered \"HTTP/1.1 400 Bad Request\\x0d\" to WHATSAT");
  EXPECT_EQ((*probe)->spans().count(), 0u);
  probe->reset();
  serves_at.get();

  const LoadTarget nobody{"Nobody", "127.0.0.1", net::refused_port()};
  EXPECT_EQ(SeenProbe::connect({nobody}, target("Far", at)).error().message,
            "cannot connect to Nobody: Connection refused; is it running?");
  EXPECT_EQ(SeenProbe::connect({target("Source", source)}, nobody).error().message,
            "cannot connect to Nobody: Connection refused; is it running?");
}

}  // namespace
}  // namespace herd::load
