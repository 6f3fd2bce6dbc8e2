#include "herd/net/client_port.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <numeric>
#include <span>
#include <utility>

#include "herd/net/listener.h"
#include "herd/net/spawn.h"

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;

struct ClientPort::State {
  std::vector<std::unique_ptr<Listener>> listeners;
  std::size_t loops_admitting;
  std::size_t connections_own;
  std::size_t connections_max;
  std::atomic<std::uint64_t> connections_refused = 0;
  std::optional<ClientTls> tls;
  std::function<std::size_t()> connections_elsewhere;
  Loops loops;

  void take(tcp::socket socket, bool is_plain) {
    const auto add_count = [](std::size_t sum, const auto& loop) { return sum + loop->count(); };
    const auto here = std::accumulate(loops.begin(), loops.end(), std::size_t{0}, add_count);
    const auto elsewhere = connections_elsewhere ? connections_elsewhere() : 0;
    if (here >= connections_own && here - connections_own + elsewhere >= connections_max) {
      ++connections_refused;
      return;
    }
    auto client_address = remote_address(socket);
    boost::system::error_code ignored;
    Descriptor descriptor(socket.release(ignored));
    const auto admitting = std::span(loops).first(loops_admitting);
    const auto fewest = std::ranges::min_element(admitting, {}, [](const auto& loop) { return loop->count(); });
    (*fewest)->admit(std::move(descriptor), is_plain ? std::nullopt : tls, std::move(client_address));
  }
};

ClientPort::ClientPort(EventLoops& loops, const Options& options, Loops sessions) : state_(std::make_unique<State>()) {
  state_->loops_admitting = loops.size();
  state_->connections_own = options.connections_own;
  state_->connections_max = options.connections_max;
  state_->tls = options.tls;
  state_->connections_elsewhere = options.connections_elsewhere;
  state_->loops = std::move(sessions);
  auto& context = loops.main().context();
  for (const auto& address : options.addresses) {
    state_->listeners.push_back(std::make_unique<Listener>(context, options.purpose, address.host, address.port));
  }
  for (std::size_t i = 0; i < state_->listeners.size(); ++i) {
    auto accepting = state_->listeners[i]->accept([this, is_plain = options.addresses[i].is_plain](tcp::socket socket) {
      state_->take(std::move(socket), is_plain);
    });
    asio::co_spawn(context, std::move(accepting), or_fail);
  }
}

ClientPort::~ClientPort() = default;

std::vector<std::string> ClientPort::addresses() const {
  std::vector<std::string> addresses;
  for (const auto& listener : state_->listeners) addresses.push_back(listener->address());
  return addresses;
}

std::vector<std::size_t> ClientPort::connections() const {
  std::vector<std::size_t> counts;
  for (const auto& loop : state_->loops) counts.push_back(loop->count());
  return counts;
}

std::uint64_t ClientPort::connections_refused() const {
  return state_->connections_refused;
}

std::uint64_t ClientPort::connections_given_up() const {
  const auto add = [](std::uint64_t sum, const auto& loop) { return sum + loop->given_up(); };
  return std::accumulate(state_->loops.begin(), state_->loops.end(), std::uint64_t{0}, add);
}

void ClientPort::set_tls(ClientTls tls) {
  state_->tls = std::move(tls);
}

void ClientPort::drain() {
  for (const auto& loop : state_->loops) loop->drain();
}

bool ClientPort::is_drained() const {
  return std::ranges::all_of(state_->loops, [](const auto& loop) { return loop->is_drained(); });
}

void ClientPort::close() {
  for (const auto& listener : state_->listeners) listener->close();
  for (const auto& loop : state_->loops) loop->close();
}

}  // namespace herd::net
