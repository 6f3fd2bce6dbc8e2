#pragma once

#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/wire/posix_time.h"
#include "herd/wire/record.h"

namespace herd::flood {

/// The AT line of a client at a place that its time makes its own; `client_time` and `heard_at` in POSIX ns.
inline std::string at_line(std::string_view server, std::string_view client, Time client_time, Time heard_at) {
  std::string line = "AT ";
  line.append(server).append(" ");
  wire::append_difference(line, heard_at - client_time);
  line.append(" ").append(client).append(" +34.068930-118.445127 ");
  line.append(std::to_string(client_time / second)).append(".");
  auto fraction = std::to_string(client_time % second);
  line.append(9 - fraction.size(), '0').append(fraction);
  return line;
}

}  // namespace herd::flood
