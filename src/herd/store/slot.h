#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "herd/store/known_by.h"
#include "herd/store/server_names.h"
#include "herd/store/tuning.h"
#include "herd/wire/record.h"

namespace herd::store {

/// One client's newest record in one cache line. What does not fit into it, long client ids, attributes and texts that
/// must be kept verbatim, is in a block of its own.
class alignas(64) Slot {
 public:
  /// Longer ids are kept outside.
  static constexpr std::size_t inline_client_bytes = 23;

  Slot() = default;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    if (is_outside()) delete outside();
  }

  /// It is nobody's: a tombstone of no client, which never changed.
  void clear();

  /// Replaces the record. Its client is this slot's from the first time on, until it is cleared.
  void write(const wire::Record& record, ServerNames::Number server, Neighbor from);

  /// Valid until the next write.
  wire::Record record(const ServerNames& names) const;

  std::string_view client() const {
    if (is_outside()) return outside()->client;
    return {rest_.data() + 1, static_cast<unsigned char>(rest_[0])};
  }

  Time effective_time() const { return wire::effective_time(client_time_, heard_at_); }

  /// Whether the client said it was there at that time, whoever heard it and when, and whatever else it said.
  bool is_same_report(const wire::Record& record) const {
    return record.client_time == client_time_ && record.location == location_ && record.style == style_ &&
           (!style_.is_verbatim() || has_same_texts(record));
  }

  Sequence sequence() const { return sequence_; }
  void set_sequence(Sequence sequence) { sequence_ = sequence; }
  KnownBy known_by() const { return known_by_; }
  void note_copy(Neighbor from) { known_by_.copies_from |= KnownBy::bit(from); }
  geo::Location location() const { return location_; }
  Time heard_at() const { return heard_at_; }
  bool is_tombstone() const { return style_.is_tombstone(); }
  /// Valid until the next write.
  std::string_view attributes() const {
    return is_outside() ? std::string_view(outside()->attributes) : std::string_view();
  }

 private:
  struct Outside {
    std::string client;
    std::string location;
    std::string time;
    std::string attributes;
  };

  // rest_: the id's length and the id, or `outside_mark` and, where it is aligned, a pointer that is owned.
  static constexpr unsigned char outside_mark = 255;
  static constexpr std::size_t pointer_at = 8;
  static constexpr std::size_t pointer_bytes = 8;

  bool is_outside() const { return static_cast<unsigned char>(rest_[0]) == outside_mark; }
  Outside* outside() const {
    std::array<char, pointer_bytes> pointer;
    std::copy_n(rest_.begin() + pointer_at, pointer_bytes, pointer.begin());
    return std::bit_cast<Outside*>(pointer);
  }
  bool has_same_texts(const wire::Record& record) const {
    return outside()->location == record.verbatim_location && outside()->time == record.verbatim_time;
  }

  Sequence sequence_ = 0;
  Time client_time_ = 0;
  Time heard_at_ = 0;
  geo::Location location_;
  KnownBy known_by_;
  wire::RecordStyle style_;
  ServerNames::Number server_ = 0;
  std::array<char, 1 + inline_client_bytes> rest_{};
};

static_assert(sizeof(Slot) == 64);

}  // namespace herd::store
