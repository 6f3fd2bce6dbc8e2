#include "herd/net/client_sessions.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>
#include <utility>

#include "herd/net/client_socket.h"
#include "herd/net/client_tls.h"
#include "herd/net/event_loops.h"
#include "herd/net/server_trust.h"
#include "net/herd_certificates.h"
#include "net/http_server_of_test.h"
#include "net/loopback_listener.h"

namespace herd::net {
namespace {

/// Answers whatever it hears with a million bytes.
class TalkativeSession : public ClientSession {
 public:
  static constexpr std::size_t answer_bytes = 1'000'000;
  using ClientSession::ClientSession;

 private:
  Next on_input(std::string_view bytes, Desk& desk) override {
    if (bytes.empty()) return Next::close;
    desk.replies.append(answer_bytes, '.');
    return Next::input;
  }
  Next go_on(Desk& /*desk*/) override { return Next::input; }
};

/// The sessions of one loop, which runs on a thread of its own.
class SessionsOfTest {
 public:
  explicit SessionsOfTest(const ClientSessions::Limits& limits)
      : sessions_(loops_.main(), limits, [] {}, make), running_([this] { loops_.run(); }) {}
  SessionsOfTest(const SessionsOfTest&) = delete;
  ~SessionsOfTest() {
    sessions_.close();
    running_.join();
  }

  /// The client's end of a new connection.
  Descriptor connect() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) throw std::runtime_error("socketpair");
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    sessions_.admit(Descriptor(ends[0]), std::nullopt, "a test");
    return Descriptor(ends[1]);
  }
  const ClientSessions& operator*() const { return sessions_; }

 private:
  static std::unique_ptr<ClientSession> make(ClientStream stream, std::string /*client_address*/) {
    return std::make_unique<TalkativeSession>(std::move(stream));
  }

  EventLoops loops_{1};
  ClientSessions sessions_;
  std::thread running_;
};

/// Makes its session answer, and waits until it does.
void ask(const Descriptor& client) {
  ASSERT_EQ(::send(client.number(), "?", 1, 0), 1);
  pollfd readable{client.number(), POLLIN, 0};
  ASSERT_EQ(::poll(&readable, 1, 10'000), 1);
}

/// What is left of `bytes` when that many have come, or the connection has ended.
std::size_t missing(const Descriptor& client, std::size_t bytes) {
  std::string piece(100'000, ' ');
  while (bytes > 0) {
    const auto count = ::recv(client.number(), piece.data(), std::min(bytes, piece.size()), 0);
    if (count <= 0) break;
    bytes -= static_cast<std::size_t>(count);
  }
  return bytes;
}

TEST(ClientSessions, give_up_who_has_taken_nothing_for_the_longest_when_too_much_is_unsent) {
  ClientSessions::Limits limits;
  limits.unsent_bytes = 5 * TalkativeSession::answer_bytes / 2;
  SessionsOfTest sessions(limits);
  const auto first = sessions.connect();
  const auto second = sessions.connect();
  const auto third = sessions.connect();
  ask(first);
  ask(second);
  EXPECT_EQ((*sessions).given_up(), 0U);
  // Who reads has room again.
  EXPECT_EQ(missing(first, TalkativeSession::answer_bytes), 0U);
  ask(first);
  EXPECT_EQ((*sessions).given_up(), 0U);
  ask(third);
  EXPECT_GT(missing(second, TalkativeSession::answer_bytes), 0U);
  eventually([&] { return (*sessions).given_up() == 1 && (*sessions).count() == 2; });
  EXPECT_EQ(missing(first, TalkativeSession::answer_bytes), 0U);
  EXPECT_EQ(missing(third, TalkativeSession::answer_bytes), 0U);
  // Nothing is unsent any more.
  ask(first);
  ask(third);
  EXPECT_EQ(missing(first, TalkativeSession::answer_bytes), 0U);
  EXPECT_EQ(missing(third, TalkativeSession::answer_bytes), 0U);
  EXPECT_EQ((*sessions).given_up(), 1U);
}

class ListeningSession : public ClientSession {
 public:
  using ClientSession::ClientSession;

  std::size_t heard = 0;
  int went_on = 0;
  bool is_greeting() const { return stream().is_greeting(); }
  bool may_have_unread() const { return stream().may_have_unread(); }

 private:
  Next on_input(std::string_view bytes, Desk& /*desk*/) override {
    heard += bytes.size();
    return Next::input;
  }
  Next go_on(Desk& /*desk*/) override {
    ++went_on;
    return Next::input;
  }
};

Descriptor accepted(const LoopbackListener& listener) {
  Descriptor socket(listener.accept_socket());
  ::fcntl(socket.number(), F_SETFL, O_NONBLOCK);
  const int room = 200'000;
  ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  return socket;
}

TEST(ClientSession, goes_on_when_it_is_roused_also_if_there_may_be_more_to_read) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley");
  const auto tls = ClientTls::read({files.certificate(), files.key()}, ClientTls::Protocol::http).value();
  const LoopbackListener listener;
  auto client = ClientSocket::connect("127.0.0.1", listener.port(), 10 * second).value();
  auto socket = accepted(listener);
  const auto number = socket.number();
  ListeningSession session(ClientStream(std::move(socket), tls));
  ClientSession::Desk desk;

  client.begin_tls(ServerTrust::read({}).value().knowing(files.certificate()), "127.0.0.1");
  bool is_greeted = false;
  eventually([&] {
    is_greeted = is_greeted || client.greet().value();
    session.take_turn(desk);
    return is_greeted && !session.is_greeting();
  });
  // A desk full, whose end cannot be seen: in records of 16 KiB, each with 22 bytes of TLS 1.3.
  const std::string desk_full(desk.input.size(), '.');
  const auto on_the_line = desk_full.size() + desk_full.size() / 16'384 * 22;
  std::size_t sent = 0;
  eventually([&] {
    if (sent < desk_full.size()) sent += client.send(std::string_view(desk_full).substr(sent)).value();
    int waiting = 0;
    return ::ioctl(number, FIONREAD, &waiting) == 0 && static_cast<std::size_t>(waiting) == on_the_line;
  });
  EXPECT_EQ(session.take_turn(desk), ClientSession::Wait::for_input);
  EXPECT_EQ(session.heard, desk_full.size());
  ASSERT_TRUE(session.may_have_unread());
  EXPECT_EQ(session.went_on, 0);
  EXPECT_EQ(session.take_roused_turn(desk), ClientSession::Wait::for_input);
  EXPECT_EQ(session.went_on, 1);
}

}  // namespace
}  // namespace herd::net
