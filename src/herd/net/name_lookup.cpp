#include "herd/net/name_lookup.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <utility>

namespace herd::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Result<NameLookup::Addresses> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); error != 0) {
    return Error{::gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  NameLookup::Addresses found;
  for (const auto* each = list; each != nullptr && found.size() < NameLookup::addresses_max; each = each->ai_next) {
    tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
    endpoint.resize(each->ai_addrlen);
    found.push_back(endpoint);
  }
  return found;
}

}  // namespace

struct NameLookup::UnderWay {
  std::mutex mutex;
  asio::io_context* context = nullptr;  // guarded by mutex; null: nobody waits any more
  Found on_found;                       // the loop's; empty: nobody waits any more
};

void NameLookup::start(const std::string& host, std::uint16_t port, Found on_found) {
  under_way_ = std::make_shared<UnderWay>();
  under_way_->context = &context_;
  under_way_->on_found = std::move(on_found);
  const auto tell = [](const std::shared_ptr<UnderWay>& under_way, Result<Addresses> found) {
    const std::lock_guard lock(under_way->mutex);
    if (under_way->context == nullptr) return;
    asio::post(*under_way->context, [under_way, found = std::move(found)] {
      if (under_way->on_found) std::exchange(under_way->on_found, nullptr)(found);
    });
  };
  boost::system::error_code no_address;
  if (const auto address = asio::ip::make_address(host, no_address); !no_address) {
    return tell(under_way_, Addresses{{address, port}});
  }
  try {
    std::thread([tell, under_way = under_way_, host, port] { tell(under_way, look_up(host, port)); }).detach();
  } catch (const std::system_error& error) {
    tell(under_way_, Error{error.what()});
  }
}

void NameLookup::cancel() {
  if (!under_way_) return;
  const std::lock_guard lock(under_way_->mutex);
  under_way_->context = nullptr;
  under_way_->on_found = nullptr;
}

}  // namespace herd::net
