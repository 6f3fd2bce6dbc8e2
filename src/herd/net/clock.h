#pragma once

#include "herd/base/time.h"

namespace herd::net {

/// POSIX time, ns: for what clients and records say.
Time wall_now();

/// A clock that never steps, ns: for intervals.
Time steady_now();

}  // namespace herd::net
