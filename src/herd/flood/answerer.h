#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "herd/base/result.h"
#include "herd/store/record_store.h"
#include "herd/wire/link_message.h"

namespace herd::flood {

/// Answers a neighbour's Asker: tells where our digests of a partition differ from its own.
class Answerer {
 public:
  /// Takes a question, which replaces one that was not answered. The error says what is wrong with it.
  Result<void> receive(const wire::Ask& ask);

  /// Appends the answer, if one is owed. Goes on at the next call if `looks_left` at our slots, from which it takes
  /// those it used, did not do for our digests, or while it is another neighbour's turn to bring the partition up to
  /// date.
  void proceed(store::RecordStore& store, std::size_t partition, store::Neighbor neighbor, Time now,
               std::size_t& looks_left, std::string& out);

  bool owes() const { return question_.has_value(); }

 private:
  struct Question {
    std::uint32_t exchange;
    std::uint8_t level;
    std::string siblings;
  };

  std::optional<Question> question_;
  unsigned told_depth_ = 0;  // nothing below it can be asked about
};

}  // namespace herd::flood
