#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"

/// What servers say to one another, as bytes; docs/link-protocol.md has every byte of it.
namespace herd::wire {

inline constexpr std::uint8_t link_version = 1;
/// Changes whenever compare(Record, Record) does: servers that order differently must not talk.
inline constexpr std::uint8_t order_version = 1;
/// A batch is closed once it holds this much; one record may carry it over.
inline constexpr std::size_t batch_bytes = 64 * 1024;
/// No message is longer: a batch and one more record of the largest line that may be configured.
inline constexpr std::size_t message_bytes_max = 2 * 1024 * 1024;

/// A place in a partition's numbered changes: everything up to and with it.
using Position = std::uint64_t;

struct Hello {
  std::uint8_t version_min = link_version;
  std::uint8_t version_max = link_version;
  std::string herd;
  std::string server;
  std::uint64_t epoch = 0;  ///< random, new at every start of the process, never 0
  std::uint8_t order = order_version;
  Duration ahead_max = 0;
  std::uint64_t held_epoch = 0;               ///< the receiver's epoch that `held` is about; 0: none
  std::vector<std::optional<Position>> held;  ///< per partition: all up to here of the receiver's log is held

  friend bool operator==(const Hello&, const Hello&) = default;
};

/// Records of one partition, and perhaps: "you now hold everything of mine up to `position`".
struct Data {
  std::uint16_t partition = 0;
  std::optional<Position> position;
  std::string_view records;  ///< for take_record
};

/// Positions that were applied, as pairs for take_acknowledged.
struct Ack {
  std::string_view positions;
};

struct Ping {
  Time sent = 0;  ///< by the sender's steady clock; the answer repeats it
};

struct Pong {
  Time sent = 0;
};

using LinkMessage = std::variant<Hello, Data, Ack, Ping, Pong>;

/// Takes one whole message off the front of `bytes`; none if there is not yet a whole one. Views point into `bytes`.
/// The error says what is wrong; nothing after it can be read.
Result<std::optional<LinkMessage>> take_message(std::string_view& bytes);

/// Takes the next record of a Data; none at the end or if its length leads beyond it (then `records` is not empty).
std::optional<std::string_view> take_record(std::string_view& records);

struct Acknowledged {
  std::uint16_t partition = 0;
  Position position = 0;
};

std::optional<Acknowledged> take_acknowledged(std::string_view& positions);

void append_message(std::string& out, const Hello& hello);
void append_message(std::string& out, const Ping& ping);
void append_message(std::string& out, const Pong& pong);

/// Writes a Data message piece by piece at the end of `out`; `out` must outlive it, and only it may append meanwhile.
class DataWriter {
 public:
  DataWriter(std::string& out, std::uint16_t partition);
  void add(std::string_view record);
  std::size_t bytes() const { return out_.size() - begin_; }
  bool has_records() const;
  void finish(std::optional<Position> position);
  /// Takes everything back, as if it had never begun.
  void cancel() { out_.resize(begin_); }

 private:
  std::string& out_;
  std::size_t begin_;
};

/// Writes an Ack message at the end of `out`; `out` must outlive it, and only it may append meanwhile.
class AckWriter {
 public:
  explicit AckWriter(std::string& out);
  void add(Acknowledged acknowledged);
  void finish();

 private:
  std::string& out_;
  std::size_t begin_;
};

}  // namespace herd::wire
