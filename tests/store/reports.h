#pragma once

#include <string>
#include <string_view>

#include "herd/store/partition.h"

namespace herd::store {

/// A source that has taught nobody anything, for readers that are to get everything.
inline constexpr Neighbor nobody = 99;

inline std::string client_name(std::size_t number) {
  return "client-" + std::to_string(number);
}

/// The AT line of a client's report of this second, heard a moment later.
inline std::string at_line(std::string_view client, std::size_t time) {
  return std::string("AT Riley +0.000000001 ").append(client).append(" +1.5-2.5 ").append(std::to_string(time));
}

inline Offered offer(Partition& partition, std::string_view line, Neighbor source = heard_here) {
  return partition.offer(wire::parse_record(line).value(), source);
}

/// Clients 0 to `count` - 1 have reported once each, at second 1.
inline void add_clients(Partition& partition, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) offer(partition, at_line(client_name(i), 1));
}

}  // namespace herd::store
