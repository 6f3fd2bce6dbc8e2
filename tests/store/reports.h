#pragma once

#include <functional>
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

/// Any hash will do, as long as it is always the same.
inline ClientIndex::Hash hash_of(std::string_view client) {
  return std::hash<std::string_view>{}(client);
}

inline Offered offer(Partition& partition, std::string_view line, Neighbor source = heard_here) {
  const auto record = wire::parse_record(line).value();
  return partition.offer(hash_of(record.client), record, source, [] { return true; });
}

inline std::string line_of(const wire::Record& record) {
  std::string line;
  wire::append_line(line, record);
  return line;
}

/// The line of a client's record; empty if there is none.
inline std::string line_of(const Partition& partition, std::string_view client) {
  const auto record = partition.find(client, hash_of(client));
  return record ? line_of(*record) : std::string();
}

inline std::string line_of(const Partition::Held& held) {
  return line_of(held.record());
}

/// Clients 0 to `count` - 1 have reported once each, at second 1.
inline void add_clients(Partition& partition, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) offer(partition, at_line(client_name(i), 1));
}

}  // namespace herd::store
