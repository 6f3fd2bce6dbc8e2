#include "herd/live/pending_clients.h"

#include <gtest/gtest.h>

namespace herd::live {
namespace {

using Ids = std::vector<PendingClients::Id>;

TEST(PendingClients, each_is_given_once) {
  PendingClients pending;
  EXPECT_TRUE(pending.is_empty());
  for (int round = 0; round < 1000; ++round) {
    for (const PendingClients::Id id : {3U, 1U, 1U, 2U}) pending.add(id);
  }
  Ids taken;
  pending.take(taken);
  EXPECT_EQ(taken, (Ids{1, 2, 3}));
  EXPECT_TRUE(pending.is_empty());
}

TEST(PendingClients, holds_no_more_memory_than_it_says) {
  PendingClients pending;
  for (PendingClients::Id id = 0; id < PendingClients::clients_max; ++id) {
    pending.add(id);
    pending.add(id / 2);
    ASSERT_LE(pending.capacity() * sizeof(PendingClients::Id), PendingClients::bytes_max);
  }
  EXPECT_FALSE(pending.is_overflown());
  for (PendingClients::Id id = 0; id < PendingClients::clients_max / 4 + 1; ++id) {
    pending.add(PendingClients::clients_max + id);
  }
  EXPECT_TRUE(pending.is_overflown());
  EXPECT_FALSE(pending.is_empty());
  EXPECT_EQ(pending.capacity(), 0U);
  pending.clear();
  EXPECT_TRUE(pending.is_empty());
  pending.add(7);
  Ids taken;
  pending.take(taken);
  EXPECT_EQ(taken, Ids{7});
}

}  // namespace
}  // namespace herd::live
