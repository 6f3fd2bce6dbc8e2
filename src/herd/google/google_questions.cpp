#include "herd/google/google_questions.h"

#include <algorithm>
#include <utility>

namespace herd::google {

GoogleQuestions::Decision GoogleQuestions::ask(const std::string& question, Ticket ticket, Time now,
                                               std::int64_t utc_day) {
  ++counts_.questions;
  if (const auto* known = cache_.find(question, now)) {
    ++counts_.from_cache;
    return *known;
  }
  if (waiting_ >= options_.waiting_max) {
    return not_asked(counts_.crowded_out, std::to_string(waiting_) + " questions wait for it");
  }
  if (const auto found = under_way_.find(question); found != under_way_.end()) {
    ++counts_.joined;
    ++waiting_;
    found->second.tickets.push_back(ticket);
    return Wait{};
  }
  if (under_way_.size() >= options_.requests_max) {
    return not_asked(counts_.crowded_out, std::to_string(under_way_.size()) + " requests are under way");
  }
  if (requests_left(utc_day) == 0) {
    return not_asked(counts_.over_quota,
                     "today's " + std::to_string(options_.requests_per_day) + " requests are used up");
  }
  const auto permit = breaker_.take_permit(now);
  if (!permit) return not_asked(counts_.spared, "it " + last_failure_.reason);

  if (utc_day_ != utc_day) requests_today_ = 0;
  utc_day_ = utc_day;
  ++requests_today_;
  ++counts_.requests;
  ++waiting_;
  under_way_.emplace(question, UnderWay{*permit, {ticket}});
  return Request{};
}

std::vector<GoogleQuestions::Ticket> GoogleQuestions::end(const std::string& question, const GoogleOutcome& outcome,
                                                          Time now) {
  auto ended = under_way_.extract(question);
  if (ended.empty()) return {};
  const auto* failure = std::get_if<GoogleFailure>(&outcome);
  breaker_.end(ended.mapped().permit, failure, now);
  ++(failure == nullptr ? counts_.answers : counts_.failures);
  if (failure != nullptr) last_failure_ = *failure;
  const bool will_be_the_same = failure == nullptr || failure->kind == GoogleFailure::Kind::invalid;
  const auto keep = failure == nullptr ? options_.cache_time : std::min(options_.cache_time, invalid_time_max);
  if (will_be_the_same && keep > 0) cache_.put(question, outcome, now + keep);
  waiting_ -= ended.mapped().tickets.size();
  return std::move(ended.mapped().tickets);
}

std::uint64_t GoogleQuestions::requests_left(std::int64_t utc_day) const {
  const auto used = utc_day == utc_day_ ? requests_today_ : 0;
  return options_.requests_per_day - std::min(used, options_.requests_per_day);
}

GoogleFailure GoogleQuestions::not_asked(std::uint64_t& count, std::string why) {
  ++count;
  return {GoogleFailure::Kind::trouble, "is not asked now, for " + std::move(why)};
}

}  // namespace herd::google
