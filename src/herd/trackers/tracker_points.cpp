#include "herd/trackers/tracker_points.h"

namespace herd::trackers {

protocols::PhoneReport& TrackerPoints::next() {
  if (waiting_.size() == protocols::Herd::reports_at_once) bring_waiting();
  if (reports_.size() == waiting_.size()) reports_.emplace_back();
  auto& report = reports_[waiting_.size()];
  report.clear();
  return report;
}

Result<geo::Location> TrackerPoints::take(const protocols::Grant& grant) {
  const auto heard = reports_[waiting_.size()].finish(now_);
  if (!heard) return heard.error();
  if (grant.may(protocols::Verb::report, heard->report.client)) {
    waiting_.push_back(*heard);
  } else {
    ++denied_;
  }
  return heard->report.position;
}

std::optional<http::HttpResponse> TrackerPoints::bring() {
  bring_waiting();
  if (denied_ > 0) return http::problem(403, "these credentials may not report where this client is");
  if (is_too_often_) return http::too_often("this client reports more often than it may here; try again later");
  if (refused_ > 0) {
    return http::problem(507, "this client is new, and this server holds as many as it may; try again later");
  }
  return std::nullopt;
}

void TrackerPoints::bring_waiting() {
  if (waiting_.empty()) return;
  herd_.report(waiting_, now_);
  for (const auto& heard : waiting_) {
    ++(heard.is_refused ? refused_ : taken_);
    is_too_often_ |= heard.is_refused && heard.refusal == protocols::Herd::Refusal::too_often;
  }
  waiting_.clear();
}

}  // namespace herd::trackers
