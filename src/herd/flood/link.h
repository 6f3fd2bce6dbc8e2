#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/base/traffic_log.h"
#include "herd/flood/answerer.h"
#include "herd/flood/asker.h"
#include "herd/flood/lag_meter.h"
#include "herd/store/follower.h"
#include "herd/store/record_store.h"
#include "herd/wire/link_message.h"

namespace herd::flood {

/// Who we are to our neighbours.
struct Identity {
  std::string herd;
  std::string server;
  std::uint64_t epoch = 0;  ///< random, new at every start of the process, never 0
};

/// How long connecting, and after it the hello, may take: less if both ends are on one machine.
constexpr Duration hello_max_for(bool loopback) {
  return loopback ? 500 * millisecond : 2 * second;
}

struct LinkOptions {
  static constexpr Duration never = std::numeric_limits<Duration>::max();

  Duration hello_max = hello_max_for(true);
  Duration ping_after = 500 * millisecond;
  Duration silence_max = 2'750 * millisecond;  ///< found within 3 s, for expire() is asked now and then only
  Duration check_after = 10 * second;          ///< without news, both compare digests of everything; or never
  std::size_t batch_bytes = wire::batch_bytes;
  std::uint8_t version_max = wire::link_version;
};

struct LinkCounters {
  std::uint64_t connects = 0;  ///< connections on which a valid hello came
  std::uint64_t records_in = 0;
  std::uint64_t records_accepted = 0;
  std::uint64_t records_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t resumes = 0;      ///< partitions that went on from where the neighbour was
  std::uint64_t exchanges = 0;    ///< partitions whose tables were compared, or sent whole to who cannot compare
  std::uint64_t divergences = 0;  ///< partitions found different though nothing was under way, and mended: a defect
};

/// One neighbour, from hello to heartbeat: bytes in, bytes out, no sockets and no clock. It outlives connections,
/// for between them it remembers up to where the neighbour's log is held.
///
/// The rules are those of docs/flooding.md: a connection begins with a hello; the neighbour then either resumes from
/// the position it states, or digests tell what it lacks; each side sends the records that changed after its cursor
/// and that the other is not known to hold. No queue: a neighbour that does not read costs one batch.
///
/// Whoever drives it calls write() after connect(), after receive(), when the store changed and at next_write().
///
/// Times are a steady clock's. `store` and `log` must outlive the link.
class Link {
 public:
  Link(const Identity& self, std::string neighbor, store::RecordStore& store, TrafficLog& log,
       const LinkOptions& options);

  const std::string& neighbor() const { return neighbor_; }

  /// A new connection, on which nothing has been sent or received.
  void connect(Time now);

  /// Why this hello cannot be this neighbour's, if it cannot. Changes nothing.
  Result<void> check(const wire::Hello& hello) const;

  /// Takes what the neighbour sent. An error says why the connection must be closed now.
  Result<void> receive(Time now, std::string_view bytes);

  /// Appends what is to be sent now, at most one batch of records; nothing while there is nothing to say.
  void write(Time now, std::string& out);

  /// The connection is gone, and all that belonged to it.
  void disconnect();

  /// Why the connection must be given up for lack of a sign of life, if it must; that is after expires_at().
  std::optional<Error> expire(Time now) const;
  Time expires_at() const;

  /// When write() will have something to do even if nothing happens; 0: at once.
  Time next_write() const;

  /// The next write() asks for a sign of life, ahead of all records; heard_since tells that one came.
  void want_ping() { ping_wanted_ = true; }
  bool heard_since(Time then) const { return last_received_ > then; }

  bool is_up() const { return hello_received_; }
  /// The neighbour takes attributes and tombstones too; otherwise tables that agree may differ in those.
  bool says_all() const { return wire::record_coding(version_) == wire::RecordCoding::whole; }
  /// It is up, and the neighbour has not brought us everything that it held when the connection began.
  bool is_catching_up() const;
  /// The neighbour holds our log of this partition up to here.
  wire::Position acknowledged(std::size_t partition) const { return streams_[partition].acknowledged; }
  bool has_unsent() const;
  std::uint64_t neighbor_epoch() const { return neighbor_epoch_; }
  const LinkCounters& counters() const { return counters_; }
  Duration round_trip() const { return round_trip_; }
  /// The age of the oldest change that the neighbour has not acknowledged; 0 if there is none.
  Duration lag(Time now) const { return lag_.lag(now); }
  store::Sequence unacknowledged() const;

 private:
  Result<void> on(Time now, const wire::Hello& hello);
  Result<void> on(Time now, const wire::Data& data);
  Result<void> on(Time now, const wire::Ack& ack);
  Result<void> on(Time now, const wire::Ping& ping);
  Result<void> on(Time now, const wire::Pong& pong);
  Result<void> on(Time now, const wire::Ask& ask);
  Result<void> on(Time now, const wire::Reply& reply);
  Result<void> on(Time now, const wire::Check& check);

  struct Stream;
  void start_exchange(std::size_t number, const store::Partition& partition, wire::Position held);
  Result<void> take_records(const wire::Data& data);
  void log_record(TrafficLog::Direction direction, const wire::Record& record);
  Time ping_due_at() const;
  Time check_due_at() const;
  bool is_at_rest() const;
  void write_hello(std::string& out) const;
  void write_acks(Time now, std::string& out);
  void write_about_digests(Time now, std::string& out);
  void write_checks(Time now, std::string& out);
  void write_batch(Time now, std::string& out);

  const Identity& self_;
  std::string neighbor_;
  store::RecordStore& store_;
  TrafficLog& log_;
  LinkOptions options_;
  LinkCounters counters_;

  // Kept between connections, in memory only.
  store::Neighbor number_;
  std::vector<store::Reader> readers_;  // per partition: the neighbour in its present epoch
  std::uint64_t neighbor_epoch_ = 0;
  std::vector<std::optional<wire::Position>> held_;  // of the neighbour's log, per partition
  Time last_talk_ = 0;                               // something came after a hello

  // What a partition's side of the current connection knows.
  struct Stream {
    store::Follower follower;
    Asker asker;
    wire::Position held_by_neighbor = 0;  // when the exchange began
    Answerer answerer;
    std::optional<wire::Position> sent;  // the last position stated to the neighbour
    wire::Position acknowledged = 0;
    std::optional<wire::Position> to_acknowledge;
    bool is_level = false;    // the neighbour has stated a position on this connection
    unsigned mismatches = 0;  // of checks in a row
  };

  bool connected_ = false;
  bool hello_sent_ = false;
  bool hello_received_ = false;
  std::uint8_t version_ = 0;  // spoken on this connection
  std::uint32_t exchanges_ = 0;
  std::vector<Stream> streams_;
  std::size_t next_stream_ = 0;                    // batches take turns among the partitions
  std::size_t next_check_ = 0;                     // of a round of checks, the next partition
  Time last_news_ = 0;                             // records or questions, either way
  bool more_to_write_ = false;                     // than the last write() had room or looks for
  std::string input_;                              // the beginning of a message that has not come whole
  std::vector<store::RecordStore::Offer> offers_;  // reused
  std::string line_;                               // reused
  std::optional<Time> pong_due_;
  Time connected_at_ = 0;
  Time last_received_ = 0;
  Time last_ping_ = 0;
  Time last_ack_ = 0;
  bool ping_wanted_ = false;
  Time answer_due_at_ = LinkOptions::never;
  std::optional<Time> ack_due_at_;
  std::size_t bytes_to_acknowledge_ = 0;
  std::optional<Time> position_due_at_;
  Duration round_trip_ = 0;
  LagMeter lag_;
};

}  // namespace herd::flood
