#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "herd/base/result.h"
#include "herd/store/leaves.h"
#include "herd/store/record_store.h"
#include "herd/wire/link_message.h"

namespace herd::flood {

/// Finds out which records of a partition a neighbour may lack, by asking down the digest trees of both from the root:
/// wherever the digests of a node differ, those of its children are next. Equal tables cost one question.
class Asker {
 public:
  /// A question has the digests below no more nodes than this, which is 17 KB.
  static constexpr std::size_t parents_per_ask = 128;

  /// `number` tells this exchange from earlier ones of the connection. Digests of ours count as soon as every change
  /// up to `base` is in them: the neighbour gets those after it anyhow.
  void start(std::uint32_t number, store::Sequence base);

  /// Takes an answer. One about an earlier exchange is ignored; the error says what is wrong with it.
  Result<void> receive(const wire::Reply& reply);

  struct Outcome {
    std::optional<store::Leaves> lacking;  ///< none: the neighbour lacks nothing
  };

  /// Appends the next question, if it is time for one. The outcome ends the exchange. Goes on at the next call if
  /// `looks_left` at our slots, from which it takes those it used, did not do for our digests.
  std::optional<Outcome> proceed(store::RecordStore& store, std::size_t partition, std::size_t& looks_left,
                                 std::string& out);

 private:
  enum class Stage { idle, ready, waiting };

  Outcome finish(std::optional<store::Leaves> lacking);
  void ask(const store::DigestTree& ours, std::size_t partition, std::string& out);

  Stage stage_ = Stage::idle;
  std::uint32_t number_ = 0;
  store::Sequence base_ = 0;
  std::optional<wire::Summary> theirs_;   // their root
  unsigned level_ = 0;                    // of the digests asked about
  unsigned deepest_ = 0;                  // level that both have
  std::vector<std::uint32_t> parents_;    // on the level above, ascending: those whose digests differ
  std::size_t asked_begin_ = 0;           // the question under way is about parents_[asked_begin_, asked_end_)
  std::size_t asked_end_ = 0;             //
  std::vector<std::uint32_t> differing_;  // on level_, as far as answered
};

}  // namespace herd::flood
