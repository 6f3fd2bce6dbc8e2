#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/protocols/herd.h"
#include "herd/store/record_store.h"

namespace herd::node {

struct NodeCounters {
  std::uint64_t reports = 0;           ///< valid ones heard from clients, late and repeated ones too
  std::uint64_t invalid_commands = 0;  ///< answered with "? "
  std::uint64_t clients_refused = 0;   ///< reports of new clients beyond clients_max
};

/// One server's knowledge of the herd's clients: what all client protocols call.
class Node : public protocols::Herd {
 public:
  /// How many parts the clients are divided into; the same in the whole herd.
  static constexpr std::size_t partitions = 16;

  /// `server` is this server's id. `seed`: random bits for the tables.
  Node(std::string_view herd, std::string server, std::uint64_t clients_max, std::uint64_t seed);

  bool report(const wire::Iamat& report, Time now, std::string& answer) override;
  std::optional<std::string_view> locate(std::string_view client) const override;
  void count_invalid() override { ++counters_.invalid_commands; }

  store::RecordStore& store() { return store_; }
  const store::RecordStore& store() const { return store_; }
  const NodeCounters& counters() const { return counters_; }

 private:
  std::string server_;
  std::uint64_t clients_max_;
  store::RecordStore store_;
  NodeCounters counters_;
};

}  // namespace herd::node
