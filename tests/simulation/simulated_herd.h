#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "flood/silent_log.h"
#include "herd/flood/backoff.h"
#include "herd/flood/link.h"
#include "herd/store/record_store.h"

namespace herd::simulation {

/// Which servers are linked: pairs of indices.
using Cables = std::vector<std::pair<std::size_t, std::size_t>>;

/// A herd of the real store, wire and flood code in a network of virtual connections and on a virtual clock, all of it
/// driven from one seed: the same seed is the same history. Faults: cut cables (both ways or one way, with word of it
/// or in silence, a random part of what was under way arriving still), servers that crash and return empty, servers
/// that stand still, clocks that disagree, slow connections. Every received acknowledgement is checked for truth.
class SimulatedHerd {
 public:
  SimulatedHerd(std::uint64_t seed, std::size_t servers, const Cables& cables);

  /// Lets `duration` pass with clients reporting and faults happening.
  void run_with_faults(Duration duration);

  /// Mends cables and servers; with some luck not all of them.
  void heal();

  /// Lets `duration` pass, nothing happening but what the servers do themselves.
  void run_quietly(Duration duration);

  std::uint64_t records_sent() const;

  /// What is wrong, in a line: servers joined by working links that do not agree, a record lost that nothing lost, an
  /// acknowledgement that was not true, a connection closed for what a server said.
  std::optional<std::string> failure() const;

 private:
  static constexpr Duration step = 5 * millisecond;
  static constexpr std::size_t pipe_bytes_max = 32 * 1024;

  struct Pipe {
    struct Chunk {
      Time due;
      std::string bytes;
    };
    std::deque<Chunk> chunks;
    std::size_t bytes = 0;
    bool broken = false;  // swallows what is written
  };

  // Each server's end of a connection may outlive the other's: that is what half-open means.
  struct Connection {
    std::array<Pipe, 2> to;  // to[0] leads to the first server of the cable
    std::array<std::optional<Time>, 2> told_closed_at;
  };

  struct Cable {
    std::array<std::size_t, 2> ends;
    std::array<bool, 2> cut{};  // cut[0]: nothing reaches the first server
    Duration delay_max = millisecond;
    std::array<std::shared_ptr<Connection>, 2> connection;  // as each end sees it
    std::shared_ptr<Connection> dialled;                    // not accepted yet
    flood::Backoff backoff{50 * millisecond, 500 * millisecond};
    Time dial_at = 0;
  };

  // One life of one server's process.
  struct Life {
    Life(std::string server, std::uint64_t epoch) : self{"sim", std::move(server), epoch}, store("sim", 1, epoch) {}
    flood::Identity self;
    store::RecordStore store;
    std::map<std::size_t, std::unique_ptr<flood::Link>> links;  // by cable
  };

  struct Server {
    std::string name;
    Duration clock_skew = 0;
    std::unique_ptr<Life> life;
    Time stands_still_until = 0;
    bool stood_still = false;
  };

  using Table = std::map<std::string, std::string, std::less<>>;

  std::uint64_t random(std::uint64_t bound) { return random_() % bound; }
  bool chance(std::uint64_t one_in) { return random(one_in) == 0; }

  void start(std::size_t server);
  void crash(std::size_t server);
  void report_from_a_client();
  void hear(std::size_t server, const std::string& client, Time client_time);
  void happen_a_fault();
  void cut(Cable& cable);
  void advance();
  void serve(std::size_t server);
  void serve_end(std::size_t server, std::size_t cable_index);
  void dial(Cable& cable);
  void close(Cable& cable, std::size_t end, bool tell_other);
  void check_acknowledged(const Cable& cable, std::size_t end);
  Table table(std::size_t server) const;
  std::vector<std::size_t> component(std::size_t server) const;
  bool is_serving(std::size_t server) const;

  std::mt19937_64 random_;
  bool long_ids_;
  flood::SilentLog log_;
  std::vector<Server> servers_;
  std::vector<Cable> cables_;
  Time now_ = second;
  std::uint64_t epochs_ = 0;
  std::optional<std::string> failure_;
  std::vector<Table> tables_when_healed_;
};

}  // namespace herd::simulation
