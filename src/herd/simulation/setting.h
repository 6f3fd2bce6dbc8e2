#pragma once

#include <cstddef>
#include <vector>

#include "herd/base/time.h"
#include "herd/simulation/random.h"
#include "herd/simulation/simulated_herd.h"

namespace herd::simulation {

enum class Fault {
  cut,
  cut_one_way,
  mend_cable,
  flap,
  reset,
  forget,       ///< one end of a connection is gone and the other is not told
  crash,        ///< a server dies; its disk keeps all, something older, or nothing
  start,        ///< a server that is down comes back
  wipe,         ///< a server dies and comes back empty
  write_disk,   ///< what is held now is what a later crash may fall back to
  stand_still,  ///< a server is stopped for a while
  step_clock,
  namesake,  ///< a second server of the same name comes up, or goes
};

/// What a history is made of: drawn from its seed before anything happens.
struct Setting {
  HerdOptions herd;
  std::vector<Fault> faults;  ///< as often as each is in here; none at all in some histories
  Duration duration = second;
  Duration report_every = 10 * millisecond;
  Duration fault_every = 50 * millisecond;
  bool keeps_disk = false;
  bool has_future = false;  ///< some clients' clocks are far ahead
  bool has_past = false;    ///< the servers start with tables, which differ in little
  bool says_more = false;   ///< reports have attributes, and clients are forgotten; every server is upgraded in the end
  bool expires = false;     ///< the past has tombstones that are erased during the history
};

/// `servers` is how many there are, or 0: as chance has it.
Setting draw_setting(Random& random, std::size_t servers);

}  // namespace herd::simulation
