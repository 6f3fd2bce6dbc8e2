#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/wire/command.h"

namespace herd::protocols {

/// What every client protocol may ask of this server's herd: no door has a way of its own around it. Any thread may
/// call anything.
class Herd {
 public:
  virtual ~Herd() = default;

  /// A client says where it is.
  struct Heard {
    wire::Iamat report;
    bool is_refused = false;  ///< set by report(): the client is new, and no more clients may be held
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

  /// For the statistics: a command was answered with "? ".
  virtual void count_invalid() = 0;
};

}  // namespace herd::protocols
