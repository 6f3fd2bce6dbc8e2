#pragma once

#include <gtest/gtest.h>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "flood/records.h"
#include "flood/silent_log.h"
#include "herd/flood/link.h"

namespace herd::flood {

constexpr Time noon = 1'700'000'000 * second;

/// A server with one link, and what its neighbour needs to know of it.
struct Side {
  Side(std::string server, std::string neighbor, std::uint64_t epoch, std::size_t partitions = 1,
       const LinkOptions& options = {}, const store::Tuning& tuning = {})
      : self{"ucla", std::move(server), epoch},
        store("ucla", partitions, 1, tuning),
        link(self, std::move(neighbor), store, log, options) {}

  void hear(std::string_view client, Time client_time, Time heard_at = noon) {
    const auto line = at_line(self.server, client, client_time, heard_at);
    store::RecordStore::Offer offer{*wire::parse_record(line)};
    store.report({&offer, 1});
  }

  /// Takes a record that another neighbour taught.
  void learn(const std::string& line) {
    store::RecordStore::Offer offer{*wire::parse_record(line)};
    EXPECT_TRUE(store.take(store.partition_of(offer.record.client), {&offer, 1}, other_neighbor));
  }

  bool knows(std::string_view client) const { return store.find(client).has_value(); }

  std::string written(Time now) {
    std::string out;
    link.write(now, out);
    return out;
  }

  static constexpr store::Neighbor other_neighbor = 1000;
  SilentLog log;
  Identity self;
  store::RecordStore store;
  Link link;
};

/// Carries what both say until neither has anything to say at `now`.
inline void talk(Side& a, Side& b, Time now) {
  for (;;) {
    const auto from_a = a.written(now);
    const auto from_b = b.written(now);
    if (from_a.empty() && from_b.empty() && a.link.next_write() > now && b.link.next_write() > now) return;
    ASSERT_TRUE(b.link.receive(now, from_a)) << b.link.receive(now, from_a).error().message;
    ASSERT_TRUE(a.link.receive(now, from_b)) << a.link.receive(now, from_b).error().message;
  }
}

/// The same, and what they put off for a moment.
inline void settle(Side& a, Side& b, Time now) {
  for (const auto pause : {0, 60, 120}) talk(a, b, now + pause * millisecond);
}

inline void connect(Side& a, Side& b, Time now) {
  a.link.connect(now);
  b.link.connect(now);
  talk(a, b, now);
}

inline std::vector<std::string> messages_in(std::string_view bytes) {
  std::vector<std::string> names;
  for (;;) {
    const auto message = wire::take_message(bytes);
    if (!message || !message->has_value()) return names;
    const auto index = (*message)->index();
    if (const auto* data = std::get_if<wire::Data>(&**message)) {
      auto records = data->records;
      std::size_t count = 0;
      while (wire::take_record(records)) ++count;
      names.push_back("data " + std::to_string(count) + " records" +
                      (data->position ? " to " + std::to_string(*data->position) : ""));
    } else {
      names.push_back(std::vector<std::string>{"hello", "data", "ack", "ping", "pong", "ask", "reply", "check"}[index]);
    }
  }
}

/// The messages in `bytes`, each with its header.
inline std::vector<std::string> split(std::string_view bytes) {
  std::vector<std::string> messages;
  for (auto rest = bytes; wire::take_message(rest).value(); bytes = rest) {
    messages.emplace_back(bytes.substr(0, bytes.size() - rest.size()));
  }
  return messages;
}

/// Everything that a server holds.
inline std::map<std::string, std::string> table(const Side& side) {
  std::map<std::string, std::string> table;
  for (std::size_t i = 0; i < side.store.size(); ++i) {
    const auto partition = side.store.open(i);
    for (std::size_t slot = 0; slot < partition->slots(); ++slot) {
      const auto held = partition->held(slot);
      if (held.sequence() == 0) continue;  // nobody's
      std::string line;
      wire::append_identity(line, held.record());
      table.emplace(held.client(), line);
    }
  }
  return table;
}

}  // namespace herd::flood
