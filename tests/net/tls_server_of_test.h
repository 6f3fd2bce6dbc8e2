#pragma once

#include <fcntl.h>
#include <functional>
#include <future>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "herd/net/client_tls.h"
#include "herd/net/descriptor.h"
#include "herd/net/tls_channel.h"
#include "net/loopback_listener.h"

namespace herd::net {

/// A server that takes one connection and speaks TLS, on a thread of its own: what it hears, whole, is answered with
/// `answer` of it.
class TlsServerOfTest {
 public:
  using Answer = std::function<std::string(const std::string& heard)>;

  /// It has heard all that it waits for once the other side ends, or with these last bytes.
  TlsServerOfTest(ClientTls tls, Answer answer, std::string last_heard = "")
      : tls_(std::move(tls)), answer_(std::move(answer)), last_heard_(std::move(last_heard)) {}

  std::uint16_t port() const { return listener_.port(); }

  /// What was heard until the end; "(refused)" if there was no TLS connection, or it broke.
  std::string heard() { return heard_.get(); }

 private:
  std::string serve() {
    const Descriptor socket(listener_.accept_socket());
    ::fcntl(socket.number(), F_SETFL, O_NONBLOCK);
    TlsChannel channel(tls_.context(), socket.number(), TlsChannel::Role::accepts);
    const auto again = [&](TlsChannel::Awaits awaits) {
      pollfd entry{socket.number(), static_cast<short>(awaits == TlsChannel::Awaits::input ? POLLIN : POLLOUT), 0};
      ::poll(&entry, 1, 20'000);
    };
    std::string heard;
    std::vector<char> piece(100'000);
    for (;;) {
      const auto count = channel.read(piece);
      if (count > 0) heard.append(piece.data(), static_cast<std::size_t>(count));
      if (count == 0 || (!last_heard_.empty() && heard.ends_with(last_heard_))) break;
      if (count == TlsChannel::broken) return "(refused)";
      if (count == TlsChannel::later) again(channel.read_awaits());
    }
    const auto answer = answer_(heard);
    for (std::size_t sent = 0; sent < answer.size();) {
      const auto count = channel.write(std::string_view(answer).substr(sent));
      if (count == TlsChannel::broken) return "(refused)";
      if (count == TlsChannel::later) again(channel.write_awaits());
      if (count > 0) sent += static_cast<std::size_t>(count);
    }
    channel.end_writing();
    return heard;
  }

  ClientTls tls_;
  Answer answer_;
  std::string last_heard_;
  LoopbackListener listener_;
  std::future<std::string> heard_ = std::async(std::launch::async, [this] { return serve(); });
};

}  // namespace herd::net
