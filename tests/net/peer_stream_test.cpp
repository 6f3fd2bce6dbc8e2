#include "herd/net/peer_stream.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <gtest/gtest.h>

#include "net/herd_certificates.h"

namespace herd::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;
using Role = PeerStream::Role;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// Two ends of a connection, each with a coroutine of the test's; run() ends when both have.
class Meeting {
 public:
  using Side = std::function<asio::awaitable<void>(PeerStream&)>;

  void run(const PeerTls* dialling, const Side& dials, const PeerTls* accepting, const Side& accepts) {
    asio::co_spawn(context_, dial(dialling, dials), rethrow);
    asio::co_spawn(context_, accept(accepting, accepts), rethrow);
    context_.run_for(std::chrono::seconds(20));
    EXPECT_EQ(ended_, 2) << "within 20 s";
  }

 private:
  static void rethrow(const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  }

  asio::awaitable<void> dial(const PeerTls* tls, const Side& side) {
    tcp::socket socket(context_);
    co_await socket.async_connect(acceptor_.local_endpoint(), asio::use_awaitable);
    co_await go(std::move(socket), tls, Role::dials, side);
  }

  asio::awaitable<void> accept(const PeerTls* tls, const Side& side) {
    auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
    co_await go(std::move(socket), tls, Role::accepts, side);
  }

  asio::awaitable<void> go(tcp::socket socket, const PeerTls* tls, Role role, const Side& side) {
    socket.non_blocking(true);
    PeerStream stream(std::move(socket), tls, role);
    co_await side(stream);
    ++ended_;
  }

  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  int ended_ = 0;
};

/// Reads `count` bytes, or up to the end, whose reason it appends.
asio::awaitable<std::string> read_all(PeerStream& stream, std::size_t count) {
  std::array<char, 10'000> piece;
  std::string received;
  while (received.size() < count) {
    if (!stream.may_have_unread()) co_await stream.socket().async_wait(tcp::socket::wait_read, as_result);
    const auto some = stream.read_some(piece);
    if (!some) co_return received + some.error().message;
    received.append(piece.data(), *some);
  }
  co_return received;
}

asio::awaitable<Result<void>> write_all(PeerStream& stream, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto count = stream.write_some(std::string_view(bytes).substr(sent));
    if (!count) co_return count.error();
    sent += *count;
    if (*count > 0) continue;
    const auto [error] = co_await stream.socket().async_wait(tcp::socket::wait_write, as_result);
    if (error) co_return Error{error.message()};
  }
  co_return Result<void>();
}

std::string some_bytes(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(i * i / 7);
  return bytes;
}

/// What each side says of the other in handshake, check of the name, and up to the end of one message each way.
struct Verdicts {
  std::string dialling;
  std::string accepting;
};

/// The dialling side wants to reach Mm, the accepting side Aa.
Verdicts meet(const PeerTls* dialling, const PeerTls* accepting) {
  Verdicts verdicts;
  const auto side = [](const std::string& wanted, std::string& verdict) -> Meeting::Side {
    return [wanted, &verdict](PeerStream& stream) -> asio::awaitable<void> {
      auto done = co_await stream.handshake();
      if (done) done = stream.check_name(wanted);
      if (done) done = co_await write_all(stream, "hello");
      verdict = done ? co_await read_all(stream, 5) : done.error().message;
      stream.close();
    };
  };
  Meeting().run(dialling, side("Mm", verdicts.dialling), accepting, side("Aa", verdicts.accepting));
  return verdicts;
}

/// The TLS of a server whose files are changed after they were found good: that it is refused must be the other's
/// doing.
PeerTls read(const CertificateFiles& files) {
  return PeerTls::read(files, wall_now() / second).value();
}

class PeerStreamTls : public testing::Test {
 protected:
  HerdCertificates herd_;
  PeerTls aa_ = read(herd_.issue("Aa"));
  PeerTls mm_ = read(herd_.issue("Mm"));
};

TEST(PeerStream, plain_carries_every_byte_and_tells_the_end) {
  const auto bytes = some_bytes(1'000'000);
  std::string received;
  Meeting().run(
      nullptr, [&](PeerStream& stream) -> asio::awaitable<void> { EXPECT_TRUE(co_await write_all(stream, bytes)); },
      nullptr,
      [&](PeerStream& stream) -> asio::awaitable<void> {
        EXPECT_TRUE(co_await stream.handshake());
        EXPECT_TRUE(stream.check_name("anybody"));
        received = co_await read_all(stream, bytes.size() + 100);
      });
  EXPECT_EQ(received, bytes + "closed by the neighbour");
}

TEST_F(PeerStreamTls, carries_every_byte_and_tells_the_end) {
  const auto bytes = some_bytes(1'000'000);
  std::string received;
  Meeting().run(
      &aa_,
      [&](PeerStream& stream) -> asio::awaitable<void> {
        EXPECT_TRUE(co_await stream.handshake());
        EXPECT_TRUE(stream.check_name("Mm"));
        EXPECT_TRUE(co_await write_all(stream, bytes));
      },
      &mm_,
      [&](PeerStream& stream) -> asio::awaitable<void> {
        EXPECT_TRUE(co_await stream.handshake());
        EXPECT_TRUE(stream.check_name("Aa"));
        auto moved = std::move(stream);  // as from the listener to the link
        received = co_await read_all(moved, bytes.size() + 100);
      });
  EXPECT_EQ(received, bytes + "closed by the neighbour");
}

TEST_F(PeerStreamTls, carries_both_directions_at_once) {
  const auto bytes = some_bytes(3'000'000);  // more than both sockets' buffers hold
  const auto exchange = [&](PeerStream& stream) -> asio::awaitable<void> {
    EXPECT_TRUE(co_await stream.handshake());
    const auto [received, written] = co_await (read_all(stream, bytes.size()) && write_all(stream, bytes));
    EXPECT_TRUE(written);
    EXPECT_EQ(received, bytes);
  };
  Meeting().run(&aa_, exchange, &mm_, exchange);
}

TEST_F(PeerStreamTls, joins_servers_of_one_CA) {
  const auto verdicts = meet(&aa_, &mm_);
  EXPECT_EQ(verdicts.dialling, "hello");
  EXPECT_EQ(verdicts.accepting, "hello");
}

TEST_F(PeerStreamTls, refuses_a_server_of_another_CA) {
  const HerdCertificates foreign;
  const auto stranger = read(foreign.issue("Mm"));
  EXPECT_EQ(meet(&aa_, &stranger).dialling, "its certificate (\"Mm\") is not signed by the herd's CA");
  EXPECT_EQ(meet(&aa_, &stranger).accepting, "it says that our certificate is not signed by its CA");
}

TEST_F(PeerStreamTls, refuses_a_dialler_of_another_CA_though_that_trusts_ours) {
  const HerdCertificates foreign;
  const auto files = foreign.issue("Aa");
  std::ofstream(files.ca(), std::ios::app) << std::ifstream(herd_.folder() / "ca.crt").rdbuf();
  const auto stranger = read(files);
  const auto verdicts = meet(&stranger, &mm_);
  EXPECT_EQ(verdicts.dialling, "it says that our certificate is not signed by its CA");
  EXPECT_EQ(verdicts.accepting, "its certificate (\"Aa\") is not signed by the herd's CA");
}

TEST_F(PeerStreamTls, refuses_a_certificate_that_has_expired) {
  const auto until = herd_.now() - 60;
  const auto expired = PeerTls::read(herd_.issue("Aa", until - 3600, until), until - 1).value();
  const auto verdicts = meet(&expired, &mm_);
  EXPECT_EQ(verdicts.dialling, "it says that our certificate has expired");
  EXPECT_EQ(verdicts.accepting, "its certificate (\"Aa\") expired on " + utc_text(until));
}

TEST_F(PeerStreamTls, refuses_a_server_of_another_name) {
  const auto zz = read(herd_.issue("Zz"));
  EXPECT_EQ(meet(&zz, &mm_).accepting, "its certificate is for \"Zz\", not for \"Aa\"");
  EXPECT_EQ(meet(&aa_, &zz).dialling, "its certificate is for \"Zz\", not for \"Mm\"");
}

TEST_F(PeerStreamTls, refuses_plain_text) {
  EXPECT_EQ(meet(nullptr, &mm_).accepting, "it does not speak TLS; both need the same [tls] section");
  EXPECT_EQ(meet(&aa_, nullptr).dialling, "it does not speak TLS; both need the same [tls] section");
}

TEST_F(PeerStreamTls, an_end_in_the_handshake_is_told) {
  const auto leave = [](PeerStream& stream) -> asio::awaitable<void> {
    stream.close();
    co_return;
  };
  std::string told;
  const auto shake_hands = [&](PeerStream& stream) -> asio::awaitable<void> {
    const auto done = co_await stream.handshake();
    told = done ? "fine" : done.error().message;
  };
  Meeting().run(nullptr, leave, &mm_, shake_hands);
  EXPECT_EQ(told, "closed by the neighbour in the TLS handshake");
}

TEST_F(PeerStreamTls, that_was_closed_neither_reads_nor_writes) {
  const auto use_after_close = [](PeerStream& stream) -> asio::awaitable<void> {
    EXPECT_TRUE(co_await stream.handshake());
    stream.close();
    std::array<char, 8> piece;
    EXPECT_EQ(stream.read_some(piece).error().message, "closed");
    EXPECT_EQ(stream.write_some("x").error().message, "closed");
  };
  Meeting().run(&aa_, use_after_close, &mm_, use_after_close);
}

TEST_F(PeerStreamTls, that_is_broken_says_so_and_does_not_end_the_process) {
  const auto write_into_nothing = [](PeerStream& stream) -> asio::awaitable<void> {
    EXPECT_TRUE(co_await stream.handshake());
    stream.socket().shutdown(tcp::socket::shutdown_send);
    auto* const before = std::signal(SIGPIPE, SIG_DFL);
    EXPECT_EQ(stream.write_some("x").error().message, "Broken pipe");
    std::signal(SIGPIPE, before);
  };
  Meeting().run(&aa_, write_into_nothing, &mm_, write_into_nothing);
}

}  // namespace
}  // namespace herd::net
