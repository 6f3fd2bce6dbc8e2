#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <unordered_set>

namespace herd::net {

/// The open connections of a listener, so that all can be closed when the server stops. Each session enters its
/// socket for as long as it lives; the group must outlive them.
class SocketGroup {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  class Member {
   public:
    Member(SocketGroup& group, Socket& socket) : group_(group), socket_(socket) { group_.sockets_.insert(&socket_); }
    ~Member() { group_.sockets_.erase(&socket_); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

   private:
    SocketGroup& group_;
    Socket& socket_;
  };

  std::size_t size() const { return sockets_.size(); }

  /// Ends what the sessions wait for; they see an error and finish.
  void close_all() {
    for (auto* socket : sockets_) {
      boost::system::error_code ignored;
      socket->close(ignored);
    }
  }

 private:
  std::unordered_set<Socket*> sockets_;
};

}  // namespace herd::net
