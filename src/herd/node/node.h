#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/node/rate_limits.h"
#include "herd/protocols/herd.h"
#include "herd/store/record_store.h"
#include "herd/store/whereabouts.h"

namespace herd::node {

/// What happened since the start.
struct NodeCounters {
  std::uint64_t reports = 0;             ///< valid ones heard from clients, late and repeated ones too
  std::uint64_t invalid_commands = 0;    ///< answered with "? "
  std::uint64_t clients_refused = 0;     ///< reports of new clients beyond clients_max
  std::uint64_t clients_forgotten = 0;   ///< on somebody's word to this server
  std::uint64_t reports_too_often = 0;   ///< refused: more of a client than it may send
  std::uint64_t searches_cut_short = 0;  ///< for clients around, by somebody who may not read most of them
};

/// One server's knowledge of the herd's clients: what all client protocols call, on any thread.
class Node : public protocols::Herd {
 public:
  /// How many parts the clients are divided into; the same in the whole herd.
  static constexpr std::size_t partitions = 16;

  /// `server` is this server's id. `seed`: random bits for the tables.
  Node(std::string_view herd, std::string server, std::uint64_t clients_max, std::uint64_t seed);

  /// From now on no client may report more often than that. Before there are others who call.
  void limit_reports(std::unique_ptr<RateLimits> limits) { report_limits_ = std::move(limits); }

  void report(std::span<Heard> reports, Time now) override;
  std::string_view server() const override { return server_; }
  std::optional<std::string> locate(std::string_view client) const override { return store_.locate(client); }
  std::optional<store::Sighting> find(std::string_view client) const override { return store_.find(client); }
  bool forget(std::string_view client, Time now) override;
  store::Whereabouts::Found near(geo::Location center, double radius_m, std::size_t count_max,
                                 const protocols::Grant& grant) override;
  store::Whereabouts::Found within(const geo::Box& box, std::size_t count_max, const protocols::Grant& grant) override;

  /// A little of what keeps questions for who is near short, if nobody asks just now. Whether nothing is left to do;
  /// to be called again soon if not, and every `survey_every` if so.
  bool survey();
  static constexpr Duration survey_every = 100 * millisecond;

  /// Erases what was forgotten long ago. To be called every second or so; `now` as for report().
  void expire(Time now) { store_.expire(now); }

  void count_invalid() override { invalid_commands_.fetch_add(1, std::memory_order_relaxed); }

  store::RecordStore& store() { return store_; }
  const store::RecordStore& store() const { return store_; }
  NodeCounters counters() const;

 private:
  template <class Ask>
  store::Whereabouts::Found ask(const protocols::Grant& grant, Ask ask);
  void catch_up();

  std::string server_;
  std::uint64_t clients_max_;
  std::unique_ptr<RateLimits> report_limits_;
  store::RecordStore store_;
  std::mutex whereabouts_mutex_;
  store::Whereabouts whereabouts_{store_};
  std::atomic<std::uint64_t> reports_ = 0;
  std::atomic<std::uint64_t> invalid_commands_ = 0;
  std::atomic<std::uint64_t> clients_refused_ = 0;
  std::atomic<std::uint64_t> clients_forgotten_ = 0;
  std::atomic<std::uint64_t> searches_cut_short_ = 0;
};

}  // namespace herd::node
