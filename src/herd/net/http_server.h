#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "herd/net/event_loop.h"

namespace herd::net {

/// The HTTP/1.1 port. For now it answers GET with JSON; what a path means is its owner's business.
class HttpServer {
 public:
  /// The JSON for a path, or empty if there is nothing at it.
  using Handler = std::function<std::string(std::string_view path)>;

  /// Listens at once; serves in loop.run(). Throws std::runtime_error if it cannot listen. `loop` must outlive it.
  HttpServer(EventLoop& loop, const std::string& host, std::uint16_t port, Handler handler);
  ~HttpServer();

  std::string address() const;
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herd::net
