#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/types.h>
#include <vector>

#include "herd/base/time.h"

namespace herd::net {

/// What processes have used so far, all their threads together.
struct ProcessUsage {
  Duration cpu = 0;                  ///< user and system
  Duration waited = 0;               ///< ready to run, but something else had the core; threads that ended do not count
  std::uint64_t resident_bytes = 0;  ///< now
};

/// The processes of this machine that listen where a connection to this loopback address ends, whatever program they
/// are; several if they share the socket or the port. None if the address is no loopback address, or they are
/// another user's and may not be looked at.
std::vector<pid_t> find_listeners(const sockaddr_storage& address);

/// The sum over the processes; none if one of them has ended.
std::optional<ProcessUsage> usage_of(const std::vector<pid_t>& processes);

/// CPU time of this process.
Duration own_cpu();

/// The inodes of sockets in a text like /proc/net/tcp that listen on `port` at one of `addresses`, each in hexadecimal
/// as it stands there.
std::vector<std::uint64_t> listening_inodes(std::string_view table, const std::vector<std::string>& addresses,
                                            std::uint16_t port);

}  // namespace herd::net
