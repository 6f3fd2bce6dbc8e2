#pragma once

#include <cassert>
#include <string>

#include "herd/wire/record.h"

namespace herd::store {

/// Where a client was last seen, by whichever server. Owns its texts.
struct Sighting {
  std::string line;        ///< the newest AT line
  std::string attributes;  ///< for wire::unpack_attributes; empty: none
  double distance_m = 0;   ///< great-circle, from where was asked for; 0 where nothing was

  /// Its parts; they point into `line`.
  wire::Record record() const {
    const auto record = wire::parse_record(line);
    assert(record);
    return *record;
  }

  friend bool operator==(const Sighting&, const Sighting&) = default;
};

}  // namespace herd::store
