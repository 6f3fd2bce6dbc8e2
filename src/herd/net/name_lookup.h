#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "herd/base/result.h"

namespace boost::asio {
class io_context;
}

namespace herd::net {

/// Looks up a host's addresses for those of one event loop. The system's look-up cannot be interrupted and may take a
/// minute, so each has a thread that is left to itself: neither the loop nor the end of the process waits for it.
class NameLookup {
 public:
  using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;
  using Found = std::function<void(Result<Addresses>)>;

  /// More are not looked at.
  static constexpr std::size_t addresses_max = 8;

  /// `context` outlives it.
  explicit NameLookup(boost::asio::io_context& context) : context_(context) {}
  NameLookup(const NameLookup&) = delete;
  ~NameLookup() { cancel(); }

  /// Calls `on_found` once, on the loop, unless cancel() comes first. An address needs no look-up. To be called when
  /// the one before is found or cancelled. The error is the system's reason: "Name or service not known".
  void start(const std::string& host, std::uint16_t port, Found on_found);

  /// On the loop's thread.
  void cancel();

 private:
  struct UnderWay;
  boost::asio::io_context& context_;
  std::shared_ptr<UnderWay> under_way_;
};

}  // namespace herd::net
