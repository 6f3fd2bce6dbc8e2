#pragma once

#include <string_view>

namespace herd::http {

/// How welcome a content type ("application/json") is to whoever sent this Accept field (RFC 9110 section 12.5.1).
struct Acceptance {
  double quality = 0;     ///< from 0, not at all, to 1
  bool is_named = false;  ///< and not only within a range such as */*

  friend bool operator==(const Acceptance&, const Acceptance&) = default;
};

/// By the range that names the type most closely; of equal ones the first counts. An empty field accepts everything. A
/// range whose quality is no number from 0 to 1 is passed over; parameters other than that make no difference.
Acceptance acceptance_of(std::string_view accept, std::string_view type);

}  // namespace herd::http
