#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/geo/location.h"
#include "herd/wire/posix_time.h"

namespace herd::wire {

struct Iamat;

inline constexpr std::size_t client_bytes_max = 4096;
inline constexpr std::size_t server_bytes_max = 64;

/// How far ahead of the clock of the server that heard it a client's time may count. Keeps one phone with its clock
/// in 2099 from freezing its record. The same in the whole herd, since the order of records depends on it.
inline constexpr Duration ahead_max = 60 * second;

/// So long after it was made a tombstone is held against older reports, and no longer. No server, and no link between
/// two, should be away for half of it.
inline constexpr Duration forget_after = 7 * 24 * 3600 * second;
/// They go together, by the hour in which they were made: between, tables of servers whose clocks differ a little
/// agree.
inline constexpr Duration forget_every = 3600 * second;

/// The time that decides which of two reports of a client is newer. All times in POSIX ns.
constexpr Time effective_time(Time client_time, Time heard_at) {
  return heard_at > client_time - ahead_max ? client_time : heard_at + ahead_max;
}

/// How a record's location and time were written: enough to write them again byte for byte, or, if their numbers are
/// not enough for that, `verbatim`: the text is kept beside them. A text has one style, so that records are equal if
/// and only if their lines are.
class RecordStyle {
 public:
  RecordStyle() = default;
  explicit RecordStyle(std::uint16_t bits) : bits_(bits) {}
  RecordStyle(geo::LocationStyle location, TimeStyle time);

  /// Of a record that says nothing but that its client is forgotten: a style that no text has.
  static RecordStyle tombstone() { return RecordStyle(TimeStyle::styles); }

  bool is_verbatim() const { return bits_ == 0; }
  bool is_tombstone() const { return bits_ == TimeStyle::styles; }
  geo::LocationStyle location() const { return geo::LocationStyle{static_cast<std::uint16_t>(bits_ >> 4U)}; }
  TimeStyle time() const { return TimeStyle{static_cast<std::uint8_t>(bits_ & 15U)}; }
  std::uint16_t bits() const { return bits_; }

  friend bool operator==(RecordStyle, RecordStyle) = default;

 private:
  std::uint16_t bits_ = 0;
};

/// One position report as it is stored, answered and flooded. As text it is the line
/// `AT <server> <difference> <client> <location> <time>`, which can always be written again byte for byte. The views
/// point into whatever it was read from.
///
/// Or a tombstone: `server` was told to forget the client. It is ordered, stored and flooded like a report, and has
/// neither location nor attributes. Nobody is answered with one.
struct Record {
  std::string_view server;  ///< which heard it
  std::string_view client;
  geo::Location location;
  Time client_time = 0;  ///< POSIX ns
  Time heard_at = 0;     ///< by the clock of `server`: client_time + difference, POSIX ns
  RecordStyle style;
  std::string_view verbatim_location;  ///< only if the style is verbatim
  std::string_view verbatim_time;      ///< only if the style is verbatim
  std::string_view attributes = {};    ///< what else was reported, as pack(Attributes) writes it

  bool is_tombstone() const { return style.is_tombstone(); }
  Time effective_time() const { return wire::effective_time(client_time, heard_at); }

  friend bool operator==(const Record&, const Record&) = default;
};

/// What `server` makes of a report that it hears at `now`, POSIX ns.
Record record_of(const Iamat& report, std::string_view server, Time now);

/// What `server` holds of a client from `now` on, POSIX ns, if it is told to forget it: the tombstone that is greater
/// than `held`, and than all that a client with a true clock said before. None at the end of time.
std::optional<Record> tombstone_of(const Record& held, std::string_view server, Time now);

/// Parses an AT line as strictly as we write it: single spaces, no LF. None for anything else.
std::optional<Record> parse_record(std::string_view line);

/// Appends the AT line, without a LF; of a tombstone `FORGOTTEN <server> <difference> <client> <time>`.
void append_line(std::string& out, const Record& record);

/// The same for record_of(report, server, now), from the text of the report.
void append_line(std::string& out, std::string_view server, Time now, const Iamat& report);

/// Appends all that the record says: its line, then, if it has attributes, a LF and those. Different for different
/// records; what digests are made of.
void append_identity(std::string& out, const Record& record);

/// Whether numbers, style and names can have come from parse_record or tombstone_of, and attributes from pack(); the
/// texts of a verbatim record are not looked at.
bool is_valid(const Record& record);

/// The total order of records of one client, the same at every server: effective time, client time, the *earlier*
/// hearing, server, all bytes of the line, those of the attributes. Equal only if all of it is.
std::strong_ordering compare(const Record& a, const Record& b);

}  // namespace herd::wire
