#pragma once

#include <string_view>
#include <variant>

#include "herd/base/time.h"
#include "herd/geo/location.h"
#include "herd/wire/posix_time.h"

namespace herd::wire {

inline constexpr unsigned radius_km_max = 50;
inline constexpr unsigned bound_max = 20;

/// `IAMAT <client> <location> <time>`. The views point into the line it was parsed from.
struct Iamat {
  std::string_view client;
  std::string_view location;
  std::string_view time;
  geo::Location position;             ///< what `location` says
  Time client_time = 0;               ///< what `time` says, POSIX ns
  geo::LocationStyle location_style;  ///< how `location` says it
  TimeStyle time_style;               ///< how `time` says it
};

/// `WHATSAT <client> <radius km> <bound>`.
struct Whatsat {
  std::string_view client;
  double radius_m = 0;
  unsigned bound = 0;
};

/// White space only: no reply.
struct BlankLine {};

/// Anything else.
struct InvalidCommand {};

using Command = std::variant<InvalidCommand, BlankLine, Iamat, Whatsat>;

/// Parses one line of the client protocol, with or without its line end.
Command parse_command(std::string_view line);

}  // namespace herd::wire
