#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/time.h"

namespace herd::wire {

inline constexpr std::size_t client_bytes_max = 4096;
inline constexpr std::size_t server_bytes_max = 64;

/// How far ahead of the clock of the server that heard it a client's time may count. Keeps one phone with its clock
/// in 2099 from freezing its record. The same in the whole herd, since the order of records depends on it.
inline constexpr Duration ahead_max = 60 * second;

/// One position report as it is stored, answered and flooded: the line
/// `AT <server> <difference> <client> <location> <time>`, without its LF. The views point into those bytes.
struct Record {
  std::string_view bytes;
  std::string_view server;
  std::string_view client;
  std::string_view location;
  std::string_view time;
  Time client_time = 0;  ///< what `time` says, POSIX ns
  Time heard_at = 0;     ///< by the clock of `server`: client_time + difference, POSIX ns

  /// What the client sent: `<client> <location> <time>`.
  std::string_view report() const { return bytes.substr(static_cast<std::size_t>(client.data() - bytes.data())); }

  /// The time that decides which of two reports of a client is newer.
  Time effective_time() const { return heard_at > client_time - ahead_max ? client_time : heard_at + ahead_max; }
};

/// Parses an AT line as strictly as we write it: single spaces, no LF. None for anything else.
std::optional<Record> parse_record(std::string_view line);

/// The client of a line that parse_record would take; of others, none or any part of them.
std::optional<std::string_view> client_of(std::string_view line);

/// The total order of records, the same at every server: effective time, client time, the *earlier* hearing,
/// server, all bytes. Equal only if the bytes are.
std::strong_ordering compare(const Record& a, const Record& b);

}  // namespace herd::wire
