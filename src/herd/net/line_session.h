#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "herd/base/time.h"
#include "herd/net/client_session.h"
#include "herd/places/provider.h"
#include "herd/protocols/access.h"
#include "herd/protocols/line_protocol.h"

namespace herd::net {

/// One client's connection in the line protocol. It has bytes of its own only while a line is incomplete, its client
/// does not read, or replies wait for places.
class LineSession : public ClientSession {
 public:
  /// What all sessions share, from the loops' threads.
  struct Services {
    protocols::Herd& herd;
    TrafficLog& log;
    std::size_t line_bytes_max;
    places::Provider& places;
    protocols::Access* access;  ///< null: who has no certificate may do everything, and so may who has one
    protocols::Access* rates;   ///< null: as many commands as it likes
    std::function<void(const std::string& text)> warn;
  };

  /// The services must outlive it.
  LineSession(ClientStream stream, const Services& services, std::string client_address);

  void ask(Bring bring) override;

 private:
  Next on_input(std::string_view bytes, Desk& desk) override;
  Next go_on(Desk& desk) override;
  void on_greeted() override;
  Next on_misunderstanding(bool speaks_tls, Desk& desk) override;
  void on_tls_failure(std::string_view reason) override;
  Next take_places(std::vector<std::string> answers, Desk& desk);

  const Services& services_;
  Time received_at_ = 0;  // what is being answered
  protocols::LineProtocol protocol_;
};

}  // namespace herd::net
