#include "herd/protocols/tracker_points.h"

#include <algorithm>

namespace herd::protocols {

PhoneReport& TrackerPoints::next() {
  if (waiting_.size() == Herd::reports_at_once) bring_waiting();
  if (reports_.size() == waiting_.size()) reports_.emplace_back();
  auto& report = reports_[waiting_.size()];
  report.clear();
  return report;
}

Result<geo::Location> TrackerPoints::take(const Grant& grant) {
  const auto heard = reports_[waiting_.size()].finish(now_);
  if (!heard) return heard.error();
  if (grant.may(Verb::report, heard->report.client)) {
    waiting_.push_back(*heard);
  } else {
    ++denied_;
  }
  return heard->report.position;
}

std::optional<HttpResponse> TrackerPoints::bring() {
  bring_waiting();
  if (denied_ > 0) return problem(403, "these credentials may not report where this client is");
  if (refused_ > 0) {
    return problem(507, "the server holds as many clients as it may, or this one reports too often; try again later");
  }
  return std::nullopt;
}

void TrackerPoints::bring_waiting() {
  if (waiting_.empty()) return;
  herd_.report(waiting_, now_);
  const auto refused = static_cast<std::size_t>(std::ranges::count_if(waiting_, &Herd::Heard::is_refused));
  refused_ += refused;
  taken_ += waiting_.size() - refused;
  waiting_.clear();
}

}  // namespace herd::protocols
