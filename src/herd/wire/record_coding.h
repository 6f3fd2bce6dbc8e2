#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/wire/record.h"

/// Records as the bytes of a Data message; docs/link-protocol.md has every byte of them.
namespace herd::wire {

enum class RecordCoding {
  lines,   ///< AT lines, up to link version 2
  packed,  ///< numbers as numbers, each server's name once per message: link version 3
  whole,   ///< the same with attributes and tombstones, which the others have no way to say: since link version 4
};

/// Writes the records of one Data message, one after the other.
class RecordEncoder {
 public:
  explicit RecordEncoder(RecordCoding coding) : coding_(coding) {}

  /// The names of servers must outlive the encoder. What the coding cannot say of a report is left out; a tombstone is
  /// not for `lines` or `packed`.
  void append(std::string& out, const Record& record);

 private:
  RecordCoding coding_;
  std::vector<std::string_view> servers_;  // named so far
};

/// Reads the records of one Data message, in order.
class RecordDecoder {
 public:
  explicit RecordDecoder(RecordCoding coding) : coding_(coding) {}

  /// None if these bytes are no valid record. What it points to is in `bytes`, or in those of an earlier record.
  std::optional<Record> decode(std::string_view bytes);

 private:
  std::optional<Record> unpack(std::string_view bytes);
  std::optional<std::string_view> take_server(std::string_view& bytes);

  RecordCoding coding_;
  std::vector<std::string_view> servers_;
};

}  // namespace herd::wire
