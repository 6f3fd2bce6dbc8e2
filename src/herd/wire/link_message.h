#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/wire/record_coding.h"

/// What servers say to one another, as bytes; docs/link-protocol.md has every byte of it.
namespace herd::wire {

/// Version 2 added Ask, Reply and Check, version 3 packs records, version 4 has attributes and tombstones. Earlier ones
/// can be neighbours, as in a rolling upgrade.
inline constexpr std::uint8_t link_version = 4;
inline constexpr std::uint8_t link_version_min = 1;
/// Changes whenever compare(Record, Record) does: servers that order differently must not talk.
inline constexpr std::uint8_t order_version = 1;
/// A batch is closed once it holds this much; one record may carry it over.
inline constexpr std::size_t batch_bytes = 64 * 1024;
/// No message is longer: a batch and one more record of the largest line that may be configured.
inline constexpr std::size_t message_bytes_max = 2 * 1024 * 1024;

/// A place in a partition's numbered changes: everything up to and with it.
using Position = std::uint64_t;

struct Hello {
  std::uint8_t version_min = link_version_min;
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

/// How records are coded on a connection of this version.
constexpr RecordCoding record_coding(std::uint8_t version) {
  if (version >= 4) return RecordCoding::whole;
  return version == 3 ? RecordCoding::packed : RecordCoding::lines;
}

/// Records of one partition, and perhaps: "you now hold everything of mine up to `position`".
struct Data {
  std::uint16_t partition = 0;
  std::optional<Position> position;
  std::string_view records;  ///< for take_record, then RecordDecoder
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

/// "What do you hold?": first (on level 0) of all, then below the nodes of the digest tree that differ.
struct Ask {
  std::uint16_t partition = 0;
  std::uint32_t exchange = 0;  ///< the asker's number for this exchange; the reply repeats it
  std::uint8_t level = 0;      ///< of the digests
  std::string_view siblings;   ///< for take_siblings; on level 0 none
};

struct Reply {
  std::uint16_t partition = 0;
  std::uint32_t exchange = 0;
  std::uint8_t level = 0;
  std::string_view rest;  ///< on level 0 for take_summary, else for take_node: those that differ
};

/// After a long time without news: a digest of everything.
struct Check {
  std::uint16_t partition = 0;
  std::uint64_t digest = 0;
  Position sequence = 0;         ///< the sender's last change, which is in the digest as are all before it
  std::optional<Position> held;  ///< of the receiver's log
};

using LinkMessage = std::variant<Hello, Data, Ack, Ping, Pong, Ask, Reply, Check>;

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

/// The digests of all children of one node.
struct Siblings {
  std::uint32_t parent = 0;
  std::array<std::uint64_t, 16> digests{};
};

std::optional<Siblings> take_siblings(std::string_view& siblings);

/// What a partition's digest tree is like at its top.
struct Summary {
  std::uint8_t depth = 0;
  std::uint64_t digest = 0;
};

std::optional<Summary> take_summary(std::string_view& rest);
std::optional<std::uint32_t> take_node(std::string_view& rest);

void append_message(std::string& out, const Hello& hello);
void append_message(std::string& out, const Check& check);
void append_message(std::string& out, const Ping& ping);
void append_message(std::string& out, const Pong& pong);

/// Writes a Data message piece by piece at the end of `out`; `out` must outlive it, and only it may append meanwhile.
class DataWriter {
 public:
  DataWriter(std::string& out, std::uint16_t partition, RecordCoding coding);
  /// The names of servers must outlive the writer.
  void add(const Record& record);
  std::size_t bytes() const { return out_.size() - begin_; }
  bool has_records() const;
  void finish(std::optional<Position> position);
  /// Takes everything back, as if it had never begun.
  void cancel() { out_.resize(begin_); }

 private:
  std::string& out_;
  std::size_t begin_;
  RecordEncoder encoder_;
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

/// Writes an Ask message at the end of `out`; `out` must outlive it, and only it may append meanwhile.
class AskWriter {
 public:
  AskWriter(std::string& out, std::uint16_t partition, std::uint32_t exchange, std::uint8_t level);
  void add(const Siblings& siblings);
  void finish();

 private:
  std::string& out_;
  std::size_t begin_;
};

/// Writes a Reply message at the end of `out`; `out` must outlive it, and only it may append meanwhile.
class ReplyWriter {
 public:
  ReplyWriter(std::string& out, std::uint16_t partition, std::uint32_t exchange, std::uint8_t level);
  void add(Summary summary);     ///< on level 0
  void add(std::uint32_t node);  ///< on others: one that differs
  void finish();

 private:
  std::string& out_;
  std::size_t begin_;
};

}  // namespace herd::wire
