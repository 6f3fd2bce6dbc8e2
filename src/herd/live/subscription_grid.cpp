#include "herd/live/subscription_grid.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace herd::live {

unsigned SubscriptionGrid::level_of(const FlatBox& bounds) {
  const auto bits = static_cast<unsigned>(std::bit_width(std::max(bounds.width, bounds.north - bounds.south)));
  return std::max(bits, least_bits) - least_bits;
}

std::vector<SubscriptionGrid::Cell> SubscriptionGrid::cells_of(unsigned level, const FlatBox& bounds) {
  std::vector<Cell> cells;
  const auto step = std::uint64_t{1} << (least_bits + level);
  const auto add = [&](std::uint64_t west, std::uint64_t east) {
    for (auto x = west / step * step; x <= east; x += step) {
      for (auto y = bounds.south / step * step; y <= bounds.north; y += step) cells.push_back(cell_at(level, x, y));
    }
  };
  const auto east = std::uint64_t{bounds.west} + bounds.width;
  add(bounds.west, std::min<std::uint64_t>(east, FlatPoint::around - 1));
  if (east >= FlatPoint::around) add(0, std::min<std::uint64_t>(east - FlatPoint::around, FlatPoint::around - 1));
  std::ranges::sort(cells);
  const auto twice = std::ranges::unique(cells);
  cells.erase(twice.begin(), twice.end());
  return cells;
}

void SubscriptionGrid::add(Id id, Wanted wanted) {
  if (id >= subscriptions_.size()) subscriptions_.resize(id + 1);
  auto& subscription = subscriptions_[id];
  if (auto* clients = std::get_if<protocols::LiveSubscription::Clients>(&wanted)) {
    std::ranges::sort(*clients);
    const auto twice = std::ranges::unique(*clients);
    clients->erase(twice.begin(), twice.end());
    for (const auto& client : *clients) lists_[client].push_back(id);
  } else {
    const auto* box = std::get_if<geo::Box>(&wanted);
    subscription.area = box != nullptr ? SubscriptionArea(*box)
                                       : SubscriptionArea(std::get<protocols::LiveSubscription::Circle>(wanted));
    const auto& bounds = subscription.area->bounds();
    const auto level = level_of(bounds);
    ++used_[level];
    for (const auto cell : cells_of(level, bounds)) cells_[cell].push_back({bounds, id});
  }
  subscription.wanted = std::move(wanted);
}

void SubscriptionGrid::remove(Id id) {
  auto& subscription = subscriptions_[id];
  if (const auto* clients = std::get_if<protocols::LiveSubscription::Clients>(&*subscription.wanted)) {
    for (const auto& client : *clients) {
      const auto list = lists_.find(client);
      std::erase(list->second, id);
      if (list->second.empty()) lists_.erase(list);
    }
  } else {
    const auto& bounds = subscription.area->bounds();
    const auto level = level_of(bounds);
    --used_[level];
    for (const auto number : cells_of(level, bounds)) {
      const auto cell = cells_.find(number);
      std::erase_if(cell->second, [id](const Entry& entry) { return entry.id == id; });
      if (cell->second.empty()) cells_.erase(cell);
    }
  }
  subscription = {};
}

}  // namespace herd::live
