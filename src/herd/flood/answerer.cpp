#include "herd/flood/answerer.h"

#include "herd/flood/asker.h"

namespace herd::flood {

Result<void> Answerer::receive(const wire::Ask& ask) {
  if (ask.level > told_depth_) return Error{"an ask below the leaves"};
  auto siblings = ask.siblings;
  std::size_t parents = 0;
  while (const auto taken = wire::take_siblings(siblings)) {
    if (ask.level == 0 || taken->parent >= store::nodes_on(ask.level - 1U)) return Error{"an ask about no node"};
    if (++parents > Asker::parents_per_ask) return Error{"an ask about too much at once"};
  }
  if (!siblings.empty()) return Error{"an ask cut short"};
  question_ = Question{ask.exchange, ask.level, std::string(ask.siblings)};
  return {};
}

void Answerer::proceed(store::RecordStore& store, std::size_t partition, store::Neighbor neighbor, Time now,
                       std::size_t& looks_left, std::string& out) {
  if (!question_ || !store.turns().take(partition, neighbor, now)) return;
  // Digests that are a little behind only make the neighbour send what we hold already.
  const auto open = store.open(partition);
  const auto& ours = open.digests(looks_left);
  if (!ours.position()) return;

  wire::ReplyWriter reply(out, static_cast<std::uint16_t>(partition), question_->exchange, question_->level);
  if (question_->level == 0) {
    told_depth_ = ours.depth();
    reply.add(wire::Summary{static_cast<std::uint8_t>(told_depth_), ours.digest(0, 0)});
  } else {
    std::string_view rest = question_->siblings;
    while (const auto siblings = wire::take_siblings(rest)) {
      for (std::uint32_t child = 0; child < store::children_per_node; ++child) {
        const auto node = siblings->parent * store::children_per_node + child;
        if (ours.digest(question_->level, node) != siblings->digests[child]) reply.add(node);
      }
    }
  }
  reply.finish();
  question_.reset();
}

}  // namespace herd::flood
