#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/flood/backoff.h"
#include "herd/flood/link.h"
#include "herd/simulation/event_queue.h"
#include "herd/simulation/network.h"
#include "herd/simulation/random.h"
#include "herd/simulation/record_book.h"
#include "herd/simulation/silent_log.h"
#include "herd/simulation/topology.h"
#include "herd/store/record_store.h"

namespace herd::simulation {

/// The clocks of servers that are right begin here.
inline constexpr Time clocks_begin = 1'700'000'000 * second;

struct ServerOptions {
  Duration clock_skew = 0;
  Duration turn_max = 0;                          ///< how long at most until the server gets round to writing
  std::uint8_t version_max = wire::link_version;  ///< a server that is not upgraded yet speaks an older one
};

struct HerdOptions {
  Topology topology;
  std::vector<ServerOptions> servers;
  std::vector<CableOptions> cables;    ///< one per edge
  std::vector<std::size_t> namesakes;  ///< servers of which there is a second one of the same name, not started yet
  std::uint32_t clients = 1;
  std::size_t partitions = 1;
  store::Tuning tuning;
  flood::LinkOptions link;
  Duration answer_within =
      100 * millisecond;  ///< how long a connection may take to answer before a newer one replaces it
  Duration stopped_after = 200 * millisecond;  ///< a server that stood still for longer starts its links again
  Duration redial_min = 10 * millisecond;
  Duration redial_max = 100 * millisecond;
};

/// A herd of the real store, wire and flood code in a network of virtual connections on a virtual clock. Everything
/// that net::NeighborLink, net::PeerListener and node::Node do for a real server is done here in its virtual place.
///
/// Checked at every step: no connection ends for what a real server said; no server's record of a client gets older
/// within a life; every acknowledgement and every position to resume from is true when it comes; what is under way on a
/// connection is bounded. The first thing found wrong is failure(), and nothing happens after it.
class SimulatedHerd {
 public:
  struct Held {
    RecordBook::Id record = RecordBook::none;
    store::Sequence sequence = 0;
    std::uint32_t hops = 0;  ///< how many links it came over
  };

  /// How a record spread.
  struct Spread {
    Time heard = 0;
    Time last = 0;  ///< when one more server accepted it
    std::uint32_t servers = 0;
    std::uint32_t hops = 0;  ///< of the farthest
  };

  /// One life of one server's process.
  struct Life {
    Life(std::string_view server, std::uint64_t epoch, const HerdOptions& options)
        : self{"sim", std::string(server), epoch},
          store("sim", options.partitions, epoch, options.tuning),
          held(options.clients),
          noted(options.partitions) {}

    flood::Identity self;
    store::RecordStore store;
    std::vector<Held> held;              // by client: what the store holds, as the checks know it
    std::vector<store::Sequence> noted;  // per partition: `held` is right up to here
  };

  struct Tally {
    std::uint64_t dials = 0;
    std::uint64_t replaced = 0;   ///< connections, by newer ones
    std::uint64_t asked = 0;      ///< connections that were pinged first, for there was a newer one
    std::uint64_t refused = 0;    ///< newcomers, since those answered
    std::uint64_t expired = 0;    ///< connections given up for silence
    std::uint64_t restarted = 0;  ///< servers that found they had stood still
    std::uint64_t messages = 0;   ///< but for signs of life
    std::uint64_t bytes = 0;      ///< of them
    std::uint64_t blocked = 0;    ///< writers that had to wait for room
    std::uint64_t records_in = 0;
    std::uint64_t records_accepted = 0;
    std::uint64_t resumes = 0;
    std::uint64_t exchanges = 0;
    std::uint64_t divergences = 0;

    void add(const flood::LinkCounters& counters);
  };

  /// No server runs yet. With `trace`, every step is appended to it in a line.
  SimulatedHerd(HerdOptions options, std::uint64_t seed, std::string* trace = nullptr);

  Time now() const { return now_; }
  void run_until(Time end);

  std::size_t servers() const { return servers_.size(); }
  std::size_t real_servers() const { return options_.topology.names.size(); }
  const std::string& name(std::size_t server) const;
  /// None while it is down.
  const Life* life(std::size_t server) const { return servers_[server].life.get(); }

  /// A new life, which begins with the records that the disk kept.
  void start(std::size_t server, const std::vector<RecordBook::Id>& disk = {});
  void crash(std::size_t server, Farewell farewell);
  /// Its next life speaks the newest version.
  void upgrade(std::size_t server);
  bool speaks_newest(std::size_t server) const { return servers_[server].options.version_max == wire::link_version; }
  void stand_still(std::size_t server, Duration duration);
  void step_clock(std::size_t server, Duration by) { servers_[server].options.clock_skew += by; }
  /// Whether it was accepted; not if the server is down or stands still.
  bool hear(std::size_t server, std::uint32_t client, Time client_time, unsigned place, unsigned attributes = 0);
  /// A server is told to forget a client. Whether it does; not if it knows none, or not how.
  bool forget_client(std::size_t server, std::uint32_t client);
  /// A server looks for tombstones to erase.
  void expire(std::size_t server);

  Network& network() { return network_; }
  const Network& network() const { return network_; }
  /// A connection over the cable is reset, seen by both ends or by one only.
  void reset(std::size_t cable);
  void forget(std::size_t cable, std::uint8_t side);

  /// The link of the server at `side` of an edge; null while that is down.
  const flood::Link* link(std::size_t edge, std::uint8_t side) const { return end_points_[2 * edge + side].link.get(); }
  /// Both ends talk over one connection, and all is said.
  bool is_settled(std::size_t edge) const;

  /// The digest of all that a running server holds in a partition.
  std::uint64_t digest(std::size_t server, std::size_t partition) const;

  /// From now on nothing but signs of life may be sent over these edges.
  void expect_quiet(std::vector<bool> edges) { quiet_ = std::move(edges); }

  RecordBook& book() { return book_; }
  const RecordBook& book() const { return book_; }
  const Spread& spread(RecordBook::Id record) const { return spreads_[record]; }
  const HerdOptions& options() const { return options_; }
  Tally tally() const;
  /// Bytes that reached a server, over all its links and lives.
  std::uint64_t bytes_in(std::size_t server) const { return servers_[server].bytes_in; }
  std::uint64_t events() const { return events_.pushed(); }

  const std::optional<std::string>& failure() const { return failure_; }
  /// What went wrong; only the first counts.
  void fail(std::string why);
  /// A line of the history, if that is wanted.
  void trace(std::string_view line);
  bool is_traced() const { return trace_ != nullptr; }

 private:
  struct Server {
    std::size_t name = 0;  // in the topology
    ServerOptions options;
    std::unique_ptr<Life> life;
    std::vector<std::uint32_t> end_points;
    Time frozen_until = 0;
    bool stood_still_long = false;
    std::uint64_t bytes_in = 0;
  };

  // A server's end of an edge, through connections.
  struct EndPoint {
    std::uint32_t server = 0;
    std::uint32_t edge = 0;
    std::uint8_t side = 0;
    std::uint32_t target = Network::none;  // of side 0: the end point that it dials
    std::unique_ptr<flood::Link> link;
    std::uint32_t connection = Network::none;
    flood::Backoff backoff;
    Time turn_at = never;
    Time dial_at = never;
    bool blocked = false;
    std::uint64_t verified_epoch = 0;
    store::Sequence verified = 0;
  };

  // What the accepting end knows of a connection before it is its link's.
  struct Greeting {
    bool accepted = false;
    bool asked = false;
    Time deadline = never;
    Time asked_at = 0;
    std::string received;
  };

  void add_end_points();
  void on_arrival(const Event& event);
  void on_closed(const Event& event);
  void on_answer(const Event& event);
  void on_dial(const Event& event);
  void on_turn(const Event& event);
  void on_thaw(const Event& event);

  void greet(std::uint32_t connection);
  void adopt(std::uint32_t connection);
  void accept(std::uint32_t connection);
  void receive(std::uint32_t end_point, std::string_view bytes);
  void close(std::uint32_t end_point, Farewell farewell, std::string_view why);
  void schedule_dial(std::uint32_t end_point, Duration wait);
  void schedule_turn(std::uint32_t end_point, Time at);
  void wake_all(std::size_t server, std::uint32_t except);

  Time clock(std::size_t server) const { return clocks_begin + now_ + servers_[server].options.clock_skew; }
  bool is_expired(RecordBook::Id id, std::size_t server) const;
  bool is_frozen(std::size_t server) const { return now_ < servers_[server].frozen_until; }
  /// Writes down what changed in the store since it was last looked at, and that it did not get older.
  void note_changes(std::size_t server, const Life* from);
  void check_acknowledged(std::uint32_t end_point);
  void note_spread(RecordBook::Id record, std::uint32_t hops);
  /// At what a link is about to send: that its batches are bounded, and quiet where quiet is expected.
  void look_at(const EndPoint& end, std::string_view messages);

  HerdOptions options_;
  Random random_;
  EventQueue events_;
  Network network_;
  SilentLog log_;
  RecordBook book_;
  std::string line_;  // reused
  std::vector<Server> servers_;
  std::vector<EndPoint> end_points_;
  std::vector<Greeting> greetings_;  // by connection
  std::vector<Spread> spreads_;      // by record
  std::vector<bool> quiet_;
  Tally tally_;
  Time now_ = second;
  std::string output_;
  std::string* trace_;
  std::optional<std::string> failure_;
};

}  // namespace herd::simulation
