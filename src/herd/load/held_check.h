#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/net/client_socket.h"

namespace herd::load {

struct HeldQuestion {
  std::string client;
  Time newest = 0;  ///< of the newest report sent for it, POSIX ns
};

/// Asks a server for every client, those that it does not hold with that time or a later one again and again until it
/// has come to hold no more of them for `patience`, and returns the indices of those that it did not hold to the
/// end. `give_up` is asked every 50 ms or more often. The error is the reason why it could not be asked to the end.
Result<std::vector<std::size_t>> find_not_held(net::ClientSocket socket, const std::vector<HeldQuestion>& questions,
                                               Duration patience, const std::function<bool()>& give_up);

/// Whether somebody answers WHATSAT as a line port does; nothing changes there. The error says what is there instead.
Result<void> check_line_port(net::ClientSocket socket, Duration patience);

}  // namespace herd::load
