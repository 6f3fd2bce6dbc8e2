#include "herd/flood/asker.h"

#include <algorithm>
#include <utility>

namespace herd::flood {

void Asker::start(std::uint32_t number, store::Sequence base) {
  *this = Asker();
  stage_ = Stage::ready;
  number_ = number;
  base_ = base;
}

Result<void> Asker::receive(const wire::Reply& reply) {
  if (stage_ == Stage::idle || reply.exchange != number_) return {};
  if (stage_ != Stage::waiting || reply.level != level_) return Error{"a reply to what was not asked"};
  auto rest = reply.rest;
  if (level_ == 0) {
    theirs_ = wire::take_summary(rest);
    if (!theirs_ || theirs_->depth > store::level_max) return Error{"a reply of the wrong shape"};
  } else {
    const auto asked_first = parents_.begin() + static_cast<std::ptrdiff_t>(asked_begin_);
    const auto asked_last = parents_.begin() + static_cast<std::ptrdiff_t>(asked_end_);
    while (const auto node = wire::take_node(rest)) {
      const bool ascends = differing_.empty() || *node > differing_.back();
      if (!ascends || !std::binary_search(asked_first, asked_last, *node / store::children_per_node)) {
        return Error{"a reply about what was not asked"};
      }
      differing_.push_back(*node);
    }
  }
  if (!rest.empty()) return Error{"a reply cut short"};
  stage_ = Stage::ready;
  return {};
}

std::optional<Asker::Outcome> Asker::proceed(store::RecordStore& store, std::size_t partition, std::size_t& looks_left,
                                             std::string& out) {
  if (stage_ != Stage::ready) return std::nullopt;
  if (!theirs_) {
    wire::AskWriter(out, static_cast<std::uint16_t>(partition), number_, 0).finish();
    stage_ = Stage::waiting;
    return std::nullopt;
  }
  const bool they_hold_nothing = theirs_->depth == 0 && theirs_->digest == 0;
  if (they_hold_nothing) return finish(store::Leaves());

  const auto open = store.open(partition);
  const auto& ours = open.digests(looks_left);
  if (!ours.position() || *ours.position() < base_) return std::nullopt;
  if (level_ == 0) {
    if (ours.digest(0, 0) == theirs_->digest) return finish(std::nullopt);
    deepest_ = std::min<unsigned>(ours.depth(), theirs_->depth);
    differing_ = {0};
  }
  if (asked_end_ == parents_.size()) {
    if (differing_.empty()) return finish(std::nullopt);
    if (level_ == deepest_) return finish(store::Leaves(store.hash(), level_, differing_));
    parents_ = std::exchange(differing_, {});
    asked_end_ = 0;
    ++level_;
  }
  ask(ours, partition, out);
  return std::nullopt;
}

Asker::Outcome Asker::finish(std::optional<store::Leaves> lacking) {
  *this = Asker();
  return Outcome{std::move(lacking)};
}

void Asker::ask(const store::DigestTree& ours, std::size_t partition, std::string& out) {
  wire::AskWriter writer(out, static_cast<std::uint16_t>(partition), number_, static_cast<std::uint8_t>(level_));
  asked_begin_ = asked_end_;
  asked_end_ = std::min(asked_begin_ + parents_per_ask, parents_.size());
  for (auto i = asked_begin_; i < asked_end_; ++i) {
    wire::Siblings siblings{parents_[i], {}};
    for (std::uint32_t child = 0; child < store::children_per_node; ++child) {
      siblings.digests[child] = ours.digest(level_, parents_[i] * store::children_per_node + child);
    }
    writer.add(siblings);
  }
  writer.finish();
  stage_ = Stage::waiting;
}

}  // namespace herd::flood
