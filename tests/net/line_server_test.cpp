#include "herd/net/line_server.h"

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/logged_traffic.h"
#include "net/held_places.h"
#include "net/line_connection.h"
#include "protocols/credulous_herd.h"

namespace herd::net {
namespace {

void eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("not within 10 s");
    std::this_thread::yield();
  }
}

/// A line server of two loops that answers from `places`.
class LineServerAt {
 public:
  explicit LineServerAt(places::Provider& places)
      : server_(std::make_unique<LineServer>(loops_, LineServer::Options{"127.0.0.1", 0, 64 * 1024, 100}, herd_, places,
                                             log_, [] {})),
        address_(server_->port().addresses().front()),
        running_([this] { loops_.run(); }) {}
  LineServerAt(const LineServerAt&) = delete;
  ~LineServerAt() { stop(); }

  LineConnection connect() const { return LineConnection(address_); }

  /// A connection on which the client was reported, so that it can be asked for.
  LineConnection connect_with(const std::string& client) const {
    auto connection = connect();
    connection.say("IAMAT " + client + " +1+1 5\n");
    EXPECT_EQ(line_of(connection.read_to("\n")), at(client));
    return connection;
  }

  /// The AT line of a client that was reported so; its difference, which nobody knows, is left out.
  static std::string at(const std::string& client) { return "AT Riley " + client + " +1+1 5\n"; }
  static std::string line_of(std::string reply) {
    for (std::size_t begin = 0; (begin = reply.find("AT Riley +")) != std::string::npos;) {
      reply.erase(begin + 9, reply.find(' ', begin + 9) + 1 - (begin + 9));
    }
    return reply;
  }

  std::size_t connections() const {
    const auto counts = server_->port().connections();
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  }

  /// Stops in order, and waits until it has.
  void stop() {
    if (!running_.joinable()) return;
    loops_.main().soon([this] { server_->port().close(); });
    running_.join();
    server_.reset();
  }

 private:
  protocols::CredulousHerd herd_;
  LoggedTraffic log_{0};
  EventLoops loops_{2};
  std::unique_ptr<LineServer> server_;
  std::string address_;
  std::thread running_;
};

std::string at(const std::string& client) {
  return LineServerAt::at(client);
}

TEST(LineServer, keeps_the_order_of_replies_while_a_question_waits) {
  HeldPlaces places;
  const LineServerAt server(places);
  auto client = server.connect();
  client.say("IAMAT kiwi +1+1 5\nWHATSAT kiwi 1 1\nIAMAT emu +1+1 5\nWHATSAT emu 2 3\nWHATSAT owl 1 1\nONE\n");
  EXPECT_EQ(LineServerAt::line_of(client.read_to("\n")), at("kiwi")) << "nothing before it waits";

  // What came with the question is done already, and others know of it; they wait for nothing.
  auto other = server.connect_with("dodo");
  other.say("WHATSAT emu 0 0\n");
  EXPECT_TRUE(LineServerAt::line_of(other.read_to("\n\n")).starts_with(at("emu")));

  const auto asked = places.next();
  ASSERT_EQ(asked.queries.size(), 2U);
  EXPECT_EQ(asked.queries[1].radius_m, 2000);
  EXPECT_EQ(asked.queries[1].limit, 3U);
  client.say("TWO\n");
  asked.answer({"{1}", "{2}"});
  EXPECT_EQ(LineServerAt::line_of(client.read_to("? TWO\n")),
            at("kiwi") + "{1}\n\n" + at("emu") + at("emu") + "{2}\n\n? WHATSAT owl 1 1\n? ONE\n? TWO\n");
}

TEST(LineServer, asks_for_the_rest_of_the_places_once_the_client_has_taken_the_first) {
  HeldPlaces places;
  const LineServerAt server(places);
  auto client = server.connect_with("kiwi");
  client.say("WHATSAT kiwi 1 1\nWHATSAT kiwi 1 2\nWHATSAT kiwi 1 3\nONE\n");
  const std::string large(4 * 1024 * 1024, 'x');  // more than sockets take
  const auto asked = places.next();
  ASSERT_EQ(asked.queries.size(), 3U);
  asked.answer({large + "1", large + "2"});
  // Compared without printing them.
  EXPECT_TRUE(LineServerAt::line_of(client.read_to("2\n\n")) ==
              at("kiwi") + large + "1\n\n" + at("kiwi") + large + "2\n\n");
  const auto asked_again = places.next();
  ASSERT_EQ(asked_again.queries.size(), 1U);
  EXPECT_EQ(asked_again.queries[0].limit, 3U);
  asked_again.answer({"{3}"});
  EXPECT_EQ(LineServerAt::line_of(client.read_to("? ONE\n")), at("kiwi") + "{3}\n\n? ONE\n");
}

TEST(LineServer, answers_questions_of_several_connections_whenever_their_places_are_there) {
  HeldPlaces places;
  const LineServerAt server(places);
  const std::vector<std::string> names = {"kiwi", "emu", "dodo", "owl", "moa", "rhea"};
  std::vector<LineConnection> clients;
  std::vector<HeldPlaces::Asked> asked;
  for (const auto& name : names) {
    clients.push_back(server.connect_with(name));
    clients.back().say("WHATSAT " + name + " 1 1\n");
    asked.push_back(places.next());
  }
  for (std::size_t i = names.size(); i-- > 0;) {
    std::thread([&] { asked[i].answer({names[i]}); }).join();
    EXPECT_EQ(LineServerAt::line_of(clients[i].read_to("\n\n")), at(names[i]) + names[i] + "\n\n");
  }
}

TEST(LineServer, serves_others_while_places_never_come) {
  HeldPlaces places;
  const LineServerAt server(places);
  std::vector<LineConnection> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(server.connect_with("kiwi"));
    waiting.back().say("WHATSAT kiwi 1 1\n");
  }
  std::vector<HeldPlaces::Asked> asked;
  while (asked.size() < waiting.size()) asked.push_back(places.next());
  for (int i = 0; i < 20; ++i) {
    auto other = server.connect_with("emu");
    other.say("ONE\n");
    EXPECT_EQ(other.read_to("\n"), "? ONE\n");
  }
}

TEST(LineServer, gives_a_client_that_has_half_closed_its_answer_when_its_places_are_there) {
  HeldPlaces places;
  const LineServerAt server(places);
  auto client = server.connect_with("kiwi");
  client.say("WHATSAT kiwi 1 1");
  client.half_close();
  places.next().answer({"{}"});
  EXPECT_EQ(LineServerAt::line_of(client.read_to_end()), at("kiwi") + "{}\n\n");
}

TEST(LineServer, forgets_a_client_that_went_while_it_waited_for_places) {
  HeldPlaces places;
  const LineServerAt server(places);
  {
    auto client = server.connect_with("kiwi");
    client.say("WHATSAT kiwi 1 1\n");
    client.reset();
  }
  places.next().answer({"{}"});
  eventually([&] { return server.connections() == 0; });
  server.connect_with("emu");
}

TEST(LineServer, closes_the_connection_whose_places_cannot_be_looked_up_and_no_other) {
  HeldPlaces places;
  const LineServerAt server(places);
  auto client = server.connect_with("kiwi");
  auto other = server.connect_with("emu");
  client.say("WHATSAT kiwi 1 1\n");
  places.next().answer({});
  EXPECT_EQ(client.read_to_end(), "");
  other.say("ONE\n");
  EXPECT_EQ(other.read_to("\n"), "? ONE\n");
}

TEST(LineServer, closes_the_connection_whose_places_cannot_be_asked_for_and_no_other) {
  NoPlaces places;
  const LineServerAt server(places);
  auto client = server.connect_with("kiwi");
  auto other = server.connect_with("emu");
  client.say("WHATSAT kiwi 1 1\n");
  EXPECT_EQ(client.read_to_end(), "");
  other.say("ONE\n");
  EXPECT_EQ(other.read_to("\n"), "? ONE\n");
}

TEST(LineServer, does_not_read_a_client_that_waits_for_places) {
  HeldPlaces places;
  const LineServerAt server(places);
  auto client = server.connect_with("kiwi");
  client.say("WHATSAT kiwi 1 1\n");
  const auto asked = places.next();
  const std::string line(1000, 'x');
  std::size_t taken = 0;
  const std::size_t many = 64 * 1024;
  while (taken < many && client.try_to_say(line + "\n")) ++taken;
  EXPECT_LT(taken, many) << "so the system's buffers are full";

  asked.answer({"{}"});
  EXPECT_EQ(LineServerAt::line_of(client.read_to("\n\n")), at("kiwi") + "{}\n\n");
  client.finish_saying(line + "\n");
  for (std::size_t i = 0; i <= taken; ++i) ASSERT_EQ(client.read_to("\n"), "? " + line + "\n") << i;
}

TEST(LineServer, stops_though_places_have_not_come_yet_and_bears_it_that_they_come_late) {
  HeldPlaces places;
  LineServerAt server(places);
  auto client = server.connect_with("kiwi");
  auto other = server.connect_with("emu");
  client.say("WHATSAT kiwi 1 1\n");
  other.say("WHATSAT emu 1 1\n");
  const auto asked = places.next();
  const auto asked_too = places.next();
  server.stop();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(other.read_to_end(), "");
  asked.answer({"{}"});
  std::thread([&] { asked_too.answer({"{}"}); }).join();
}

TEST(LineServer, stops_while_places_come) {
  for (int round = 0; round < 50; ++round) {
    HeldPlaces places;
    LineServerAt server(places);
    std::vector<LineConnection> clients;
    std::vector<HeldPlaces::Asked> asked;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(server.connect_with("kiwi"));
      clients.back().say("WHATSAT kiwi 1 1\n");
      asked.push_back(places.next());
    }
    std::thread answering([&] {
      for (const auto& each : asked) each.answer({"{}"});
    });
    server.stop();
    answering.join();
  }
}

}  // namespace
}  // namespace herd::net
