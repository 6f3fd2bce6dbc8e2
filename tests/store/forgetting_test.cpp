// Tombstones through the whole of a store: forgetting, agreeing on it, and forgetting that too.
#include <array>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "herd/store/record_store.h"
#include "herd/store/whereabouts.h"
#include "herd/wire/attributes.h"
#include "herd/wire/command.h"
#include "store/reports.h"

namespace herd::store {
namespace {

constexpr Duration hour = 3600 * second;
constexpr Duration day = 24 * hour;
constexpr Time noon = 1'700'000'000 * second;

struct Server {
  explicit Server(std::string the_name, std::size_t partitions = 2, const Tuning& tuning = {})
      : name(std::move(the_name)), store("ucla", partitions, 1, tuning) {}

  Offered hear(const std::string& client, Time client_time, std::string_view attributes = {}, Time heard_at = noon) {
    wire::Iamat report;
    report.client = client;
    report.location = "+1+1";
    report.position = {10'000'000, 10'000'000};
    report.location_style = geo::parse_written_iso6709("+1+1")->style;
    report.time = "0";
    report.client_time = client_time;
    report.time_style = {wire::TimeStyle::nanoseconds};
    RecordStore::Offer offer{wire::record_of(report, name, heard_at)};
    offer.record.attributes = attributes;
    store.report({&offer, 1});
    return offer.outcome;
  }

  Offered take(const wire::Record& record) {
    RecordStore::Offer offer{record};
    EXPECT_TRUE(store.take(store.partition_of(record.client), {&offer, 1}, 1));
    return offer.outcome;
  }

  /// Everything that is held, tombstones too, by client.
  std::map<std::string, std::string> table() const {
    std::map<std::string, std::string> table;
    for (std::size_t i = 0; i < store.size(); ++i) {
      const auto partition = store.open(i);
      for (std::size_t slot = 0; slot < partition->slots(); ++slot) {
        const auto held = partition->held(slot);
        if (held.sequence() != 0) wire::append_identity(table[std::string(held.client())], held.record());
      }
    }
    return table;
  }

  std::vector<std::uint64_t> digests() const {
    std::vector<std::uint64_t> digests;
    for (std::size_t i = 0; i < store.size(); ++i) {
      auto looks_left = std::numeric_limits<std::size_t>::max();
      digests.push_back(store.open(i).digests(looks_left).digest(0, 0));
    }
    return digests;
  }

  std::size_t slots() const {
    std::size_t slots = 0;
    for (std::size_t i = 0; i < store.size(); ++i) slots += store.open(i)->slots();
    return slots;
  }

  /// Gives another server all that this one holds.
  void tell(Server& other) const {
    if (&other == this) return;
    for (std::size_t i = 0; i < store.size(); ++i) {
      const auto partition = store.open(i);
      for (std::size_t slot = 0; slot < partition->slots(); ++slot) {
        if (const auto held = partition->held(slot); held.sequence() != 0) other.take(held.record());
      }
    }
  }

  std::string name;
  RecordStore store;
};

TEST(Forgetting, reaches_a_server_that_never_knew_the_client) {
  Server riley("Riley");
  Server bernard("Bernard");
  riley.hear("kiwi", noon);
  ASSERT_TRUE(riley.store.forget("kiwi", "Riley", noon + second));
  riley.tell(bernard);
  EXPECT_EQ(bernard.store.tombstones(), 1U);
  EXPECT_EQ(bernard.store.clients(), 0U);
  EXPECT_EQ(bernard.hear("kiwi", noon), Offered::older) << "what was said before, heard late";
  EXPECT_EQ(bernard.hear("kiwi", noon + 2 * second), Offered::replaced);
}

TEST(Forgetting, ends_in_agreement_whatever_is_reported_forgotten_and_lost_in_whatever_order) {
  constexpr std::uint64_t seed = 20261123;
  std::mt19937_64 random(seed);
  const std::array attributes{std::string(), wire::pack({.accuracy_m = 5}), wire::pack({.speed_mps = 3})};
  for (int round = 0; round < 200; ++round) {
    std::vector<std::unique_ptr<Server>> servers;
    for (const auto* name : {"Riley", "Jaquez", "Bernard"}) servers.push_back(std::make_unique<Server>(name));
    for (int i = 0; i < 150; ++i) {
      auto& place = servers[random() % servers.size()];
      auto& server = *place;
      const auto client = client_name(random() % 6);
      const auto now = noon + static_cast<Time>(random() % 8) * second;
      switch (random() % 8) {
        case 0:
        case 1:
          server.store.forget(client, server.name, now);
          break;
        case 2:
          server.tell(*servers[random() % servers.size()]);
          break;
        case 3:
          if (random() % 8 == 0) place = std::make_unique<Server>(server.name);
          break;
        default:
          // Some clocks of clients are far ahead.
          server.hear(client, now + (random() % 10 == 0 ? 1000 * second : 0), attributes[random() % 3], now);
      }
    }
    for (int pass = 0; pass < 2; ++pass) {
      for (auto& server : servers) {
        for (auto& other : servers) server->tell(*other);
      }
    }
    for (const auto& server : servers) {
      ASSERT_EQ(server->table(), servers[0]->table()) << "seed " << seed << " round " << round;
      ASSERT_EQ(server->digests(), servers[0]->digests()) << "seed " << seed << " round " << round;
      ASSERT_EQ(server->store.clients(), servers[0]->store.clients()) << "seed " << seed << " round " << round;
    }
  }
}

TEST(Forgetting, is_itself_forgotten_after_seven_days_with_all_of_the_same_hour) {
  Server riley("Riley");
  const auto empty = riley.digests();
  riley.hear("kiwi", noon);
  riley.store.forget("kiwi", "Riley", noon + second);
  Server bernard("Bernard");
  riley.tell(bernard);
  const auto end_of_hour = noon - noon % hour + hour;
  EXPECT_TRUE(riley.store.expire(end_of_hour + 7 * day - 1));
  EXPECT_EQ(riley.store.tombstones(), 1U);
  EXPECT_NE(riley.digests(), empty);

  EXPECT_TRUE(riley.store.expire(end_of_hour + 7 * day));
  EXPECT_EQ(riley.store.tombstones(), 0U);
  EXPECT_EQ(riley.digests(), empty);
  EXPECT_EQ(riley.table(), (std::map<std::string, std::string>()));
  bernard.tell(riley);
  EXPECT_EQ(riley.store.tombstones(), 0U) << "refused from then on";
  riley.hear("kiwi", noon + 8 * day);
  EXPECT_EQ(riley.store.clients(), 1U);
}

TEST(Forgetting, is_not_cut_short_for_a_client_that_came_back_and_was_forgotten_again) {
  Server riley("Riley");
  riley.hear("kiwi", noon);
  riley.store.forget("kiwi", "Riley", noon + second);
  riley.hear("kiwi", noon + day);
  riley.store.expire(noon + 8 * day);
  EXPECT_TRUE(riley.store.locate("kiwi"));
  riley.store.forget("kiwi", "Riley", noon + 8 * day);
  riley.store.expire(noon + 9 * day);
  EXPECT_EQ(riley.store.tombstones(), 1U);
  riley.store.expire(noon + 15 * day + hour);
  EXPECT_EQ(riley.store.tombstones(), 0U);
}

TEST(Forgetting, makes_room_for_other_clients_in_the_end) {
  Server riley("Riley");
  for (std::size_t i = 0; i < 100; ++i) riley.hear(client_name(i), noon, wire::pack({.accuracy_m = 5}));
  for (std::size_t i = 0; i < 100; ++i) riley.store.forget(client_name(i), "Riley", noon);
  EXPECT_EQ(riley.slots(), 100U);
  riley.store.expire(noon + 8 * day);
  for (std::size_t i = 100; i < 200; ++i) riley.hear(client_name(i), noon + 8 * day);
  EXPECT_LE(riley.slots(), 125U) << "a client's partition is not another's";
  EXPECT_EQ(riley.store.clients(), 100U);

  Server bernard("Bernard");
  riley.tell(bernard);
  EXPECT_EQ(bernard.slots(), 100U);
  EXPECT_EQ(bernard.table(), riley.table());
  EXPECT_EQ(bernard.digests(), riley.digests());
}

TEST(Forgetting, of_very_many_at_once_is_forgotten_a_bounded_number_at_a_time) {
  Server riley("Riley", 1);
  for (std::size_t i = 0; i < 3000; ++i) {
    riley.hear(client_name(i), noon);
    riley.store.forget(client_name(i), "Riley", noon);
  }
  for (const auto left : {1976U, 952U}) {
    EXPECT_FALSE(riley.store.expire(noon + 8 * day));
    EXPECT_EQ(riley.store.tombstones(), left);
  }
  EXPECT_TRUE(riley.store.expire(noon + 8 * day));
  EXPECT_EQ(riley.store.tombstones(), 0U);
}

// Followers of all kinds stand anywhere when slots are given up and given to others.
TEST(Forgetting, and_reporting_while_tombstones_go_leaves_every_reader_with_what_is_held) {
  constexpr std::uint64_t seed = 20261124;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 30; ++round) {
    Server riley("Riley", 1,
                 {.ring_entries = 16 + random() % 64,
                  .walk_after_changes = 8,
                  .records_per_leaf = 1,
                  .forget_after = 5 * second,
                  .forget_every = second});
    Whereabouts whereabouts(riley.store);
    Follower follower;
    follower.start_over(*riley.store.open(0));
    std::map<std::string, std::string> copy;
    const auto read = [&](std::size_t looks) {
      follower.read(*riley.store.open(0), Reader{}, looks, [&](const Partition::Held& held) {
        auto& known = copy[std::string(held.client())];
        known.clear();
        wire::append_identity(known, held.record());
        return true;
      });
    };
    auto now = noon;
    for (int i = 0; i < 600; ++i) {
      now += static_cast<Time>(random() % 100) * millisecond;
      const auto client = client_name(random() % 60);
      if (random() % 3 == 0) {
        riley.store.forget(client, "Riley", now);
      } else {
        riley.hear(client, now, {}, now);
      }
      if (random() % 10 == 0) riley.store.expire(now);
      if (random() % 4 == 0) read(random() % 50);
      if (random() % 8 == 0) riley.digests();
      if (random() % 8 == 0) {
        std::size_t looks_left = random() % 50;
        whereabouts.catch_up(looks_left);
      }
    }
    read(10'000);
    read(10'000);
    const auto table = riley.table();
    for (const auto& [client, identity] : table)
      ASSERT_EQ(copy[client], identity) << "seed " << seed << " round " << round;
    auto looks_left = std::numeric_limits<std::size_t>::max();
    whereabouts.catch_up(looks_left);
    ASSERT_EQ(whereabouts.nearest({10'000'000, 10'000'000}, 1, 1000, {}).clients.size(), riley.store.clients())
        << "seed " << seed << " round " << round;
    Server anew("Bernard", 1, {.records_per_leaf = 1});
    riley.tell(anew);
    ASSERT_EQ(anew.table(), table);
    ASSERT_EQ(anew.digests(), riley.digests()) << "seed " << seed << " round " << round;
  }
}

}  // namespace
}  // namespace herd::store
