#include "herd/load/load_target.h"

#include "herd/base/time.h"

namespace herd::load {
namespace {

constexpr Duration connect_time_max = 5 * second;

Result<void> greet(net::ClientSocket& socket, const LoadTarget& target) {
  return target.trust ? socket.start_tls(*target.trust, target.host, connect_time_max) : Result<void>();
}

}  // namespace

Result<net::ClientSocket> LoadTarget::connect(std::string_view hint) const {
  auto socket = net::ClientSocket::connect(host, port, connect_time_max);
  if (!socket) return Error{"cannot connect to " + name + ": " + socket.error().message + std::string(hint)};
  if (const auto greeted = greet(*socket, *this); !greeted) return Error{name + ": " + greeted.error().message};
  return socket;
}

Result<net::ClientSocket> LoadTarget::reach() const {
  auto socket = net::ClientSocket::connect(host, port, connect_time_max);
  if (!socket) return socket;
  if (const auto greeted = greet(*socket, *this); !greeted) return greeted.error();
  return socket;
}

}  // namespace herd::load
