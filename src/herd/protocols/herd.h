#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/wire/command.h"

namespace herd::protocols {

/// What every client protocol may ask of this server's herd: no door has a way of its own around it.
class Herd {
 public:
  virtual ~Herd() = default;

  /// A client says where it is. Appends the answer, `AT <server> <difference> <client> <location> <time>` without a
  /// LF, whether the report is the newest or not. False, and nothing appended, if the client is new and no more
  /// clients may be held. `now` is the server's clock when the message came, POSIX ns.
  virtual bool report(const wire::Iamat& report, Time now, std::string& answer) = 0;

  /// The newest AT line of a client, whichever server heard it; valid until the next report.
  virtual std::optional<std::string_view> locate(std::string_view client) const = 0;

  /// For the statistics: a command was answered with "? ".
  virtual void count_invalid() = 0;
};

}  // namespace herd::protocols
