#include "herd/simulation/setting.h"

#include <algorithm>
#include <array>

namespace herd::simulation {
namespace {

Topology draw_topology(Random& random, std::size_t servers) {
  if (servers == 0) {
    constexpr std::array<std::size_t, 10> usual{2, 2, 3, 3, 3, 4, 4, 5, 5, 6};
    servers = random.pick(usual);
  }
  if (servers <= 3) return servers == 2 || random.chance(4) ? chain(servers) : ring(servers);
  switch (random.below(6)) {
    case 0:
      return chain(servers);
    case 1:
      return ring(servers);
    case 2:
      return star(servers);
    case 3:
    case 4:
      if (servers == 5) return the_seeds_five();
      return mesh(servers, random.below(servers), random);
    default:
      return mesh(servers, random.below(servers), random);
  }
}

/// `batch_bytes_max` is what is written at once at most: until that has passed a slow cable, no ping does.
CableOptions draw_cable(Random& random, Duration silence_max, std::size_t batch_bytes_max) {
  CableOptions cable;
  cable.delay = random.between(50 * microsecond, random.chance(4) ? 20 * millisecond : 2 * millisecond);
  if (random.chance(3)) cable.jitter = random.below(10 * millisecond);
  if (random.chance(4)) {
    // A slow neighbour: what may be under way takes up to a quarter of the time after which silence is death.
    cable.capacity = random.between<std::size_t>(300, 3000);
    cable.per_byte = random.below(silence_max / 4 / static_cast<Duration>(cable.capacity + batch_bytes_max));
  }
  return cable;
}

std::vector<Fault> draw_faults(Random& random) {
  // All kinds in one history would drown each other: each has its few.
  constexpr std::array all{Fault::cut,   Fault::cut_one_way, Fault::flap,        Fault::reset,
                           Fault::reset, Fault::forget,      Fault::crash,       Fault::crash,
                           Fault::wipe,  Fault::stand_still, Fault::stand_still, Fault::step_clock};
  std::vector<Fault> faults;
  const auto kinds = random.between(1, 5);
  for (int i = 0; i < kinds; ++i) {
    const auto fault = random.pick(all);
    faults.push_back(fault);
    if (fault == Fault::cut || fault == Fault::cut_one_way) faults.push_back(Fault::mend_cable);
    if (fault == Fault::crash) faults.insert(faults.end(), {Fault::start, Fault::write_disk});
  }
  return faults;
}

}  // namespace

Setting draw_setting(Random& random, std::size_t servers) {
  Setting setting;
  auto& herd = setting.herd;
  herd.topology = draw_topology(random, servers);

  herd.link.ping_after = random.between(100 * millisecond, 200 * millisecond);
  herd.link.silence_max = 3 * herd.link.ping_after;
  herd.link.hello_max = 150 * millisecond;
  // Mostly never, for it heals what it should reveal.
  herd.link.check_after = random.chance(6) ? random.between(100 * millisecond, 300 * millisecond) : never;
  constexpr std::array<std::size_t, 6> batches{1, 100, 300, 1000, 4000, wire::batch_bytes};
  herd.link.batch_bytes = random.pick(batches);
  herd.tuning.ring_entries = random.between<store::Sequence>(3, 48);
  herd.tuning.walk_after_changes = random.between<store::Sequence>(1, herd.tuning.ring_entries - 1);
  herd.tuning.records_per_leaf = random.between<std::size_t>(1, 4);
  constexpr std::array<std::uint32_t, 6> client_counts{1, 2, 3, 6, 12, 40};
  setting.has_future = random.chance(4);
  setting.has_past = random.chance(8);
  herd.clients = setting.has_past ? random.between(20U, 150U) : random.pick(client_counts);
  if (random.chance(4)) herd.partitions = random.between<std::size_t>(2, 4);

  setting.expires = setting.has_past && random.chance(2);
  const bool clocks_agree = setting.expires || random.chance(2);
  const bool upgrading = !setting.expires && random.chance(4);
  // Copies are counted where there are no faults: those that an upgrade brings are not among them.
  setting.says_more = setting.expires || !upgrading;
  // Others than those of the past last longer than the history, and so does what they are held against.
  if (setting.expires) {
    herd.tuning.forget_after = 60 * second;
    herd.tuning.forget_every = random.between(300 * millisecond, second);
    // As often as they are here, checks come upon the moments when some have erased and others have not.
    herd.link.check_after = never;
  }
  for (std::size_t i = 0; i < herd.topology.names.size(); ++i) {
    ServerOptions server;
    if (!clocks_agree && random.chance(2)) server.clock_skew = random.between(-3600 * second, 3600 * second);
    if (random.chance(3)) server.turn_max = random.below(5 * millisecond);
    if (upgrading && random.chance(2)) server.version_max = static_cast<std::uint8_t>(random.between(1, 3));
    herd.servers.push_back(server);
  }
  for (std::size_t i = 0; i < herd.topology.edges.size(); ++i) {
    const auto batch_bytes_max = std::min<std::size_t>(herd.link.batch_bytes, 100 * herd.clients);
    herd.cables.push_back(draw_cable(random, herd.link.silence_max, batch_bytes_max));
  }

  const auto servers_drawn = herd.topology.names.size();
  setting.keeps_disk = random.chance(2);
  setting.duration = random.between(200 * millisecond, 1500 * millisecond);
  setting.report_every = setting.duration / random.between<Duration>(10, 60);
  if (random.chance(20)) return setting;

  setting.faults = draw_faults(random);
  setting.says_more |= random.chance(2);
  setting.fault_every = setting.duration / random.between<Duration>(3, 25);
  // Where the rarest faults show: one link with stops and resets, a triangle with hot keys.
  if (servers_drawn == 2 && random.chance(3)) {
    setting.faults = {Fault::stand_still, Fault::reset, Fault::forget, Fault::flap};
  }
  if (servers_drawn == 3 && random.chance(3)) {
    herd.clients = random.between(1U, 2U);
    setting.report_every = setting.duration / 150;
  }
  if (random.chance(12)) {
    const auto doubled = random.below(herd.topology.names.size());
    herd.namesakes.push_back(doubled);
    setting.faults.push_back(Fault::namesake);
  }
  // Tombstones that one server has erased and another has not are no disagreement only if they are at the same time.
  if (setting.expires) std::ranges::replace(setting.faults, Fault::step_clock, Fault::reset);
  return setting;
}

}  // namespace herd::simulation
