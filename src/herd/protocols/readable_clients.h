#pragma once

#include <cstddef>

#include "herd/protocols/access.h"
#include "herd/store/whereabouts.h"

namespace herd::protocols {

/// So many clients around are looked at to find those that a grant is for, or fewer: their ids are compared with
/// patterns so often at most.
inline constexpr std::size_t looked_at_max = 65'536;
inline constexpr std::size_t comparisons_max = 1'048'576;

/// The clients that `grant`, which outlives it, may read. If it only names clients nobody else is looked at.
store::Whereabouts::Choice readable_clients(const Grant& grant);

}  // namespace herd::protocols
