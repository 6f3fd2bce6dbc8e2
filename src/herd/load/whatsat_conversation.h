#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/net/client_socket.h"

namespace herd::load {

/// One answer to WHATSAT: its first line, and how many bytes it has with what follows.
struct WhatsatAnswer {
  std::string_view line;  ///< "AT ..." or "? ..."
  std::size_t bytes = 0;
};

/// The answer at the front of `bytes`; none if it is not whole yet. The error says what is there instead of one.
Result<std::optional<WhatsatAnswer>> first_whatsat_answer(std::string_view bytes);

/// The time that an AT line says for this client; none if it is no such line.
std::optional<Time> reported_time(std::string_view line, std::string_view client);

/// Asks a server where clients are, many questions at a time on one connection.
class WhatsatConversation {
 public:
  explicit WhatsatConversation(net::ClientSocket socket) : socket_{std::move(socket)} {}

  /// Puts "WHATSAT <client> 0 0" into line.
  void ask(std::string_view client);
  std::uint64_t under_way() const { return under_way_; }

  /// Sends and receives what it can until `deadline` (steady clock) or until there was an answer, and calls `on_answer`
  /// for each. The error, after which there is no more to say: the connection ended, or it was no answer.
  Result<void> exchange(Time deadline, const std::function<void(std::string_view line)>& on_answer);

 private:
  net::ClientSocket socket_;
  std::string out_;
  std::string in_;
  std::uint64_t under_way_ = 0;
};

}  // namespace herd::load
