#pragma once

#include <cstddef>

#include "herd/protocols/access.h"
#include "herd/store/whereabouts.h"

namespace herd::protocols {

/// So many clients around are looked at to find those that a grant is for, or fewer: looking at one takes as much work
/// as 16 comparisons (Grant::may), or as there are if they are more, and a whole question takes no more than this.
inline constexpr std::size_t looked_at_max = 65'536;
inline constexpr std::size_t comparisons_max = 1'048'576;

/// The clients that `grant`, which outlives it, may read. If it only names clients nobody else is looked at.
store::Whereabouts::Choice readable_clients(const Grant& grant);

}  // namespace herd::protocols
