#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/geo/location.h"
#include "herd/http/http_exchange.h"
#include "herd/protocols/access.h"
#include "herd/protocols/herd.h"
#include "herd/protocols/phone_report.h"

namespace herd::trackers {

/// The points of one request on their way to the herd, many at once. All that was taken is there when bring() returns.
class TrackerPoints {
 public:
  /// `herd` outlives it. `now` is when the request came, POSIX ns.
  TrackerPoints(protocols::Herd& herd, Time now) : herd_(herd), now_(now) {}

  /// To read the next point into; it stays as it is until bring() is followed by another next(), and counts only if
  /// take() follows.
  protocols::PhoneReport& next();

  /// Takes what next() gave, unless `grant` does not allow its client. Where it is, or what is wrong with it.
  Result<geo::Location> take(const protocols::Grant& grant);

  /// The answer if some of the points could not be taken though nothing is wrong with them: 403, 429 or 507.
  std::optional<http::HttpResponse> bring();

  std::size_t taken() const { return taken_; }      ///< by the herd
  std::size_t refused() const { return refused_; }  ///< by the herd
  std::size_t denied() const { return denied_; }    ///< for want of a grant

 private:
  void bring_waiting();

  protocols::Herd& herd_;
  Time now_;
  std::deque<protocols::PhoneReport> reports_;   // never moved, since what waits points into them
  std::vector<protocols::Herd::Heard> waiting_;  // of the first reports
  std::size_t taken_ = 0;
  std::size_t refused_ = 0;
  bool is_too_often_ = false;  // one of those
  std::size_t denied_ = 0;
};

}  // namespace herd::trackers
