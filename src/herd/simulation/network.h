#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/simulation/event_queue.h"
#include "herd/simulation/pipe.h"
#include "herd/simulation/random.h"

namespace herd::simulation {

/// What a cable is like in each direction.
struct CableOptions {
  Duration delay = millisecond;
  Duration jitter = 0;                ///< so much longer at most, by chance
  Duration per_byte = 0;              ///< how long a byte takes: the cable's rate
  std::size_t capacity = 256 * 1024;  ///< who has so many bytes under way writes no more
};

/// How an end of a connection goes.
enum class Farewell {
  after_the_rest,  ///< what is under way arrives before the word of it
  abrupt,          ///< of what is under way the beginning may arrive
  silent,          ///< the other end is not told (power lost, a middlebox that forgot)
};

/// Connections over cables, as bytes see them. Each end is opened and closed by itself, for that is what half-open
/// means. Side 0 dialled. Nothing is reordered, repeated or changed; a cut may fall between any two bytes.
class Network {
 public:
  struct Connection {
    std::uint32_t life = 0;  // its place is used again by the next
    std::uint32_t cable = 0;
    std::array<std::uint32_t, 2> end_point{};
    std::array<bool, 2> open{};
    std::array<Pipe, 2> to;  // to[1] leads to side 1
    std::array<Time, 2> arrival_at{never, never};
    std::array<Time, 2> busy_until{};
    std::array<bool, 2> word_waits{};  // word that the other end is gone waits for the cable to be mended
    std::uint32_t words = 0;           // so much of it is under way
  };

  Network(EventQueue& events, Random& random, const std::vector<CableOptions>& cables);

  std::uint32_t open(std::size_t cable, std::uint32_t dialling, std::uint32_t target);
  const Connection& operator[](std::uint32_t id) const { return connections_[id]; }
  std::size_t connections() const { return connections_.size(); }

  bool has_room(std::uint32_t id, std::uint8_t side) const;
  /// From `side` to the other.
  void write(Time now, std::uint32_t id, std::uint8_t side, std::string_view bytes);
  /// What has arrived at `side`; valid until the next write.
  std::string_view take(Time now, std::uint32_t id, std::uint8_t side);
  void close(Time now, std::uint32_t id, std::uint8_t side, Farewell farewell);

  /// Whether an arrival is still to be acted on; if it is, it is used up.
  bool is_due(const Event& arrival);
  /// Whether word of a closed end reaches its side now.
  bool is_told(const Event& closed);
  /// Whoever an event is for cannot see to it before `until`. Returns when it will.
  Time postpone(const Event& event, Time until);
  /// Bytes reached an end that is not there: its kernel says so.
  void refuse(Time now, std::uint32_t id, std::uint8_t side);

  /// Nothing reaches `side` any more.
  void cut(Time now, std::size_t cable, std::uint8_t side);
  void mend(Time now, std::size_t cable);
  bool is_whole(std::size_t cable) const { return !cables_[cable].cut[0] && !cables_[cable].cut[1]; }
  /// Nothing that happened to the connection will end it, and there is no other over its cable.
  bool is_sound(std::uint32_t id) const;
  const CableOptions& options(std::size_t cable) const { return cables_[cable].options; }

  /// The open connection of a cable with both ends open, if there is one; else any that has one end open.
  std::uint32_t find(std::size_t cable) const;
  static constexpr std::uint32_t none = ~std::uint32_t{0};

 private:
  struct Cable {
    CableOptions options;
    std::array<bool, 2> cut{};
    std::uint32_t connections = 0;  // with an end that is open
  };

  void schedule_arrival(Time earliest, std::uint32_t id, std::uint8_t side);
  void send_word(Time at, std::uint32_t id, std::uint8_t side);

  EventQueue& events_;
  Random& random_;
  std::vector<Cable> cables_;
  std::deque<Connection> connections_;
  std::vector<std::uint32_t> free_;
};

}  // namespace herd::simulation
