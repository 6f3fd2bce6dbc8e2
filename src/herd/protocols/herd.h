#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"
#include "herd/protocols/access.h"
#include "herd/store/sighting.h"
#include "herd/store/whereabouts.h"
#include "herd/wire/command.h"

namespace herd::protocols {

/// What every client protocol may ask of this server's herd: no door has a way of its own around it. Any thread may
/// call anything.
class Herd {
 public:
  virtual ~Herd() = default;

  enum class Refusal : std::uint8_t {
    no_room,   ///< the client is new, and no more clients may be held
    too_often  ///< the client reports more often than it may
  };

  /// A client says where it is.
  struct Heard {
    wire::Iamat report;
    std::string_view attributes = {};    ///< as wire::pack() writes them
    bool is_refused = false;             ///< set by report()
    Refusal refusal = Refusal::no_room;  ///< why, if it is
  };

  /// So many reports are best brought at once.
  static constexpr std::size_t reports_at_once = 128;

  /// Takes what clients said. `now` is the server's clock when the messages came, POSIX ns. Whether a report is the
  /// newest or not, the answer is wire::append_line(answer, server(), now, report).
  virtual void report(std::span<Heard> reports, Time now) = 0;

  /// This server's id.
  virtual std::string_view server() const = 0;

  /// The newest AT line of a client, whichever server heard it.
  virtual std::optional<std::string> locate(std::string_view client) const = 0;

  /// The same with its attributes; none if the client is unknown or forgotten.
  virtual std::optional<store::Sighting> find(std::string_view client) const = 0;

  /// Forgets a client at every server of the herd: what it said until `now` is gone, what it says later counts. False
  /// if it is unknown or forgotten already.
  virtual bool forget(std::string_view client, Time now) = 0;

  /// The at most `count_max` clients that are nearest to `center` and at most `radius_m` from it, nearest first, of
  /// those that `grant` may read. Nobody gets to know that there are others, but for the answer being cut short
  /// (readable_clients.h) when there are very many of them.
  virtual store::Whereabouts::Found near(geo::Location center, double radius_m, std::size_t count_max,
                                         const Grant& grant) = 0;

  /// Those in a box, at most `count_max` of them, in no particular order.
  virtual store::Whereabouts::Found within(const geo::Box& box, std::size_t count_max, const Grant& grant) = 0;

  /// For the statistics: a command was answered with "? ".
  virtual void count_invalid() = 0;
};

}  // namespace herd::protocols
