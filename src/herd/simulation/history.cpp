#include "herd/simulation/history.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "herd/simulation/agreement.h"
#include "herd/simulation/random.h"
#include "herd/simulation/setting.h"

namespace herd::simulation {
namespace {

/// By when those who can talk must agree: the silence of a dead connection, the question whether it lives, a redial or
/// two, then tables over slow cables from one end of the herd to the other. Virtual, so generous.
constexpr Duration agreed_within = 20 * second;
/// Acknowledgements and positions alone are in no hurry.
constexpr Duration last_words_within = 150 * millisecond;
/// So long the silence afterwards is watched.
constexpr Duration quiet_for = 500 * millisecond;

/// By when the tombstones of the past are old enough to be erased.
constexpr Time past_is_old_at = 3000 * millisecond;

constexpr Time year_2100 = 4'102'444'800 * second;

class History {
 public:
  History(Random random, std::size_t servers, std::string* trace)
      : random_(random),
        setting_(draw_setting(random_, servers)),
        herd_(setting_.herd, random_.bits(), trace),
        disk_(herd_.servers()) {}

  Outcome live();

 private:
  void run_until(Time end);
  void begin();
  void remember();
  void go_on();
  void mend();
  void come_to_rest();
  void check_copies();

  void report();
  void forget(std::uint32_t client);
  void befall();
  void start(std::size_t server);
  void crash(std::size_t server);
  std::vector<RecordBook::Id> table(std::size_t server) const;
  std::size_t any_server() { return random_.below(herd_.real_servers()); }
  std::size_t any_cable() { return random_.below(setting_.herd.cables.size()); }

  Random random_;
  Setting setting_;
  SimulatedHerd herd_;
  std::vector<std::vector<RecordBook::Id>> disk_;  // what a server finds when it starts
  bool one_way_left_ = false;
  std::uint64_t copies_at_first_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t reports_ = 0;
};

Outcome History::live() {
  begin();
  go_on();
  if (!setting_.faults.empty()) mend();
  come_to_rest();
  if (setting_.faults.empty()) check_copies();
  return {setting_.herd.topology.shape, herd_.failure(), herd_.tally(), herd_.events(), reports_};
}

/// Servers look for tombstones to erase now and then; all of them before anybody checks twice.
void History::run_until(Time end) {
  while (setting_.expires && herd_.now() < end && !herd_.failure()) {
    herd_.run_until(std::min(end, herd_.now() + 1 + random_.below(20 * millisecond)));
    for (std::size_t i = 0; i < herd_.real_servers(); ++i) {
      if (random_.chance(2)) herd_.expire(i);
    }
  }
  herd_.run_until(end);
}

void History::begin() {
  if (setting_.has_past) remember();
  for (std::size_t i = 0; i < herd_.real_servers(); ++i) start(i);
  // Copies are counted once nothing is exchanged any more.
  if (setting_.faults.empty()) run_until(herd_.now() + 2 * second);
  copies_at_first_ = herd_.tally().records_in;
}

/// What most servers know from before: the disks of some lack a little of it, or have something older.
void History::remember() {
  const auto equal = random_.chance(4);
  for (std::uint32_t client = 0; client < setting_.herd.clients; ++client) {
    const auto& origin = random_.pick(setting_.herd.topology.names);
    if (setting_.expires && random_.chance(3)) {
      // Long ago, so that nobody has anything else of it.
      const auto forgotten_at = clocks_begin + second + random_.below(past_is_old_at - second);
      const auto& by = random_.pick(setting_.herd.topology.names);
      const auto tombstone =
          herd_.book().add_tombstone(by, client, RecordBook::none, forgotten_at - setting_.herd.tuning.forget_after);
      for (std::size_t i = 0; i < herd_.real_servers(); ++i) {
        if (!random_.chance(6)) disk_[i].push_back(tombstone);
      }
      continue;
    }
    const auto time = clocks_begin - random_.between<Duration>(1, 100) * second;
    const auto older = herd_.book().add(origin, client, time, time, 0);
    const auto newer = herd_.book().add(origin, client, time + second, time + second, 0);
    for (std::size_t i = 0; i < herd_.real_servers(); ++i) {
      if (equal || !random_.chance(12)) {
        disk_[i].push_back(newer);
      } else if (random_.chance(2)) {
        disk_[i].push_back(older);
      }
    }
  }
}

void History::go_on() {
  const auto end = herd_.now() + setting_.duration;
  const auto wait = [&](Duration mean) { return herd_.now() + random_.below(2 * mean) + 1; };
  auto report_at = wait(setting_.report_every);
  auto fault_at = setting_.faults.empty() ? never : wait(setting_.fault_every);
  while (herd_.now() < end && !herd_.failure()) {
    run_until(std::min({report_at, fault_at, end}));
    if (herd_.now() >= report_at) {
      report();
      report_at = random_.chance(3) ? herd_.now() : wait(setting_.report_every);
    }
    if (herd_.now() >= fault_at) {
      befall();
      // Some faults come right after others.
      fault_at = random_.chance(4) ? wait(2 * millisecond) : wait(setting_.fault_every);
    }
  }
}

void History::report() {
  const auto client = random_.below(setting_.herd.clients);
  auto time = clocks_begin + herd_.now();
  // Few different times, so that many are equal or older.
  if (random_.chance(3)) time = clocks_begin + random_.below<Time>(4) * second + herd_.now() / second * second;
  // 1970; but what is older than a tombstone is not to come at the moment when that is erased.
  if (!setting_.expires && random_.chance(20)) time = random_.below<Time>(3) * second;
  // Records from the future win against all others for a while, so not in every herd.
  if (setting_.has_future && random_.chance(12)) time = random_.chance(2) ? clocks_begin + 1000 * second : year_2100;
  const auto place = random_.below(3U);
  const auto hear = [&] {
    const auto server = any_server();
    const auto attributes = setting_.says_more ? random_.below(3U) : 0U;
    if (herd_.hear(server, client, time, place, attributes)) ++accepted_;
  };
  ++reports_;
  if (setting_.says_more && random_.chance(12)) forget(client);
  hear();
  while (random_.chance(5)) hear();
  if (setting_.says_more && random_.chance(12)) forget(client);
}

/// At one server or several, some of which others told already.
void History::forget(std::uint32_t client) {
  do {
    if (herd_.forget_client(any_server(), client)) ++accepted_;
    if (random_.chance(3)) run_until(herd_.now() + random_.below(2 * millisecond));
  } while (random_.chance(4));
}

void History::befall() {
  const auto cable = any_cable();
  const auto side = static_cast<std::uint8_t>(random_.below(2));
  const auto server = any_server();
  const auto& names = setting_.herd.topology.names;
  const auto& edge = setting_.herd.topology.edges[cable];
  const auto cable_name = [&] { return names[edge.first] + "-" + names[edge.second]; };
  const auto note = [&](std::string_view what) {
    if (herd_.is_traced()) herd_.trace(std::string(what));
  };
  switch (random_.pick(setting_.faults)) {
    case Fault::cut:
      note("cable " + cable_name() + " cut");
      herd_.network().cut(herd_.now(), cable, 0);
      herd_.network().cut(herd_.now(), cable, 1);
      break;
    case Fault::cut_one_way:
      note("cable " + cable_name() + " cut towards " + names[side == 0 ? edge.first : edge.second]);
      herd_.network().cut(herd_.now(), cable, side);
      break;
    case Fault::mend_cable:
      note("cable " + cable_name() + " mended");
      herd_.network().mend(herd_.now(), cable);
      break;
    case Fault::flap:
      note("cable " + cable_name() + " flaps");
      herd_.network().cut(herd_.now(), cable, side);
      if (random_.chance(2)) herd_.network().cut(herd_.now(), cable, 1 - side);
      run_until(herd_.now() + random_.below(20 * millisecond));
      herd_.network().mend(herd_.now(), cable);
      break;
    case Fault::reset:
      note("connection " + cable_name() + " reset");
      herd_.reset(cable);
      break;
    case Fault::forget:
      note("connection " + cable_name() + " forgotten by one end");
      herd_.forget(cable, side);
      break;
    case Fault::crash:
      crash(server);
      if (random_.chance(2)) start(server);
      break;
    case Fault::start:
      if (herd_.life(server) == nullptr) start(server);
      break;
    case Fault::wipe:
      crash(server);
      disk_[server].clear();
      start(server);
      break;
    case Fault::write_disk:
      if (herd_.life(server) != nullptr) disk_[server] = table(server);
      break;
    case Fault::stand_still:
      herd_.stand_still(server, random_.below(random_.chance(2) ? 50 * millisecond : 800 * millisecond));
      break;
    case Fault::step_clock:
      note("the clock of " + names[server] + " is stepped");
      herd_.step_clock(server, random_.between(-3600 * second, 3600 * second));
      break;
    case Fault::namesake: {
      const auto double_of = herd_.real_servers();
      if (herd_.life(double_of) == nullptr) {
        note("a second server comes up under a name in use:");
        herd_.start(double_of);
      } else {
        herd_.crash(double_of, Farewell::abrupt);
      }
      break;
    }
    default:
      break;
  }
}

std::vector<RecordBook::Id> History::table(std::size_t server) const {
  std::vector<RecordBook::Id> table;
  for (const auto& held : herd_.life(server)->held) {
    if (held.record != RecordBook::none) table.push_back(held.record);
  }
  return table;
}

void History::start(std::size_t server) {
  auto& disk = disk_[server];
  // A journal is in no order of clients.
  for (std::size_t i = disk.size(); i > 1; --i) std::swap(disk[i - 1], disk[random_.below(i)]);
  if (random_.chance(2)) herd_.upgrade(server);
  herd_.start(server, disk);
}

void History::crash(std::size_t server) {
  if (herd_.life(server) == nullptr) return;
  // What the disk keeps: everything; what was last written, which may be old; or nothing.
  if (setting_.keeps_disk && !random_.chance(3)) disk_[server] = table(server);
  constexpr std::array farewells{Farewell::after_the_rest, Farewell::abrupt, Farewell::abrupt, Farewell::silent};
  herd_.crash(server, random_.pick(farewells));
}

/// All of it, or only a part: what is left down must not keep the rest from agreeing.
void History::mend() {
  const bool all = random_.chance(2);
  for (std::size_t i = 0; setting_.says_more && i < herd_.real_servers(); ++i) {
    // Between servers of old ones tombstones and attributes do not get through.
    if (herd_.speaks_newest(i)) continue;
    crash(i);
    herd_.upgrade(i);
  }
  for (std::size_t i = 0; i < setting_.herd.cables.size(); ++i) {
    if (all || !random_.chance(4)) {
      herd_.network().mend(herd_.now(), i);
    } else {
      const auto ways = random_.below(4);
      if (ways != 0) herd_.network().cut(herd_.now(), i, 0);
      if (ways != 1) herd_.network().cut(herd_.now(), i, 1);
      if (ways < 2) one_way_left_ = true;
    }
  }
  for (std::size_t i = 0; i < herd_.real_servers(); ++i) {
    if (herd_.life(i) == nullptr && (all || !random_.chance(4))) start(i);
  }
  for (auto i = herd_.real_servers(); i < herd_.servers(); ++i) herd_.crash(i, Farewell::silent);
  if (herd_.is_traced()) herd_.trace(all ? "everything is mended" : "a part is mended");
  // Tables are compared while they go on changing.
  for (auto more = random_.chance(2) ? random_.below(20) : 0; more > 0; --more) {
    run_until(herd_.now() + random_.below(10 * millisecond));
    report();
  }
}

void History::come_to_rest() {
  if (setting_.expires) {
    run_until(std::max(herd_.now(), past_is_old_at + setting_.herd.tuning.forget_every));
    for (std::size_t i = 0; i < herd_.real_servers(); ++i) herd_.expire(i);
  }
  const Expected expected(herd_);
  const auto working = working_edges(herd_);
  // What is left cut one way only still brings news, until its silence in the other is found.
  if (one_way_left_) run_until(herd_.now() + setting_.herd.link.silence_max + 300 * millisecond);
  const auto end = herd_.now() + agreed_within;
  auto rests = unsettled(herd_, working);
  while (rests && herd_.now() < end && !herd_.failure()) {
    run_until(herd_.now() + 20 * millisecond);
    rests = unsettled(herd_, working);
  }
  if (herd_.failure()) return;
  if (rests) return herd_.fail(*rests);
  if (auto missing = expected.missing(herd_)) return herd_.fail(*missing);
  run_until(herd_.now() + last_words_within);
  herd_.expect_quiet(working);
  run_until(herd_.now() + quiet_for);
  if (auto missing = expected.missing(herd_)) return herd_.fail("after it had agreed: " + *missing);
  if (herd_.tally().divergences != 0) herd_.fail("a check found a difference that nothing accounts for");
}

/// I4: without faults a report is copied at most 2E - (N - 1) times.
void History::check_copies() {
  if (herd_.failure()) return;
  const auto copies_max =
      accepted_ * (2 * setting_.herd.topology.edges.size() - (setting_.herd.topology.names.size() - 1));
  const auto copies = herd_.tally().records_in - copies_at_first_;
  if (copies > copies_max) {
    herd_.fail("I4: " + std::to_string(copies) + " copies of " + std::to_string(accepted_) +
               " records were sent, at most " + std::to_string(copies_max) + " are needed");
  }
}

}  // namespace

Outcome live_through(std::uint64_t seed, std::size_t servers, std::string* trace) {
  return History(Random(seed), servers, trace).live();
}

Outcome live_through(std::string_view schedule) {
  return History(Random(0, schedule), 0, nullptr).live();
}

}  // namespace herd::simulation
