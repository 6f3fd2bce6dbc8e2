#include "herd/api/report_batch.h"

#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <utility>

#include "herd/base/text.h"
#include "herd/protocols/client_name.h"

namespace herd::api {
namespace {

// White space and the mark that some editors begin a file with.
constexpr std::string_view before_values = " \t\r\n\xef\xbb\xbf";
constexpr std::string_view member = "reports";
constexpr std::string_view before_array = R"({"reports":)";
constexpr std::string_view after_array = "}";

}  // namespace

/// Reports that go to the herd together, with their texts.
struct ReportBatch::Waiting {
  static constexpr std::size_t text_bytes = std::size_t{16} << 10U;

  struct Origin {
    std::uint64_t index = 0;
    std::uint64_t line = 0;
  };

  static std::size_t bytes_of(const protocols::Herd::Heard& heard) {
    return heard.report.client.size() + heard.report.location.size() + heard.report.time.size() +
           heard.attributes.size();
  }

  bool has_room_for(const protocols::Herd::Heard& heard) const {
    return reports.size() < reports.capacity() && texts.capacity() - texts.size() >= bytes_of(heard);
  }

  void add(protocols::Herd::Heard heard, const Origin& origin) {
    for (auto* const text : {&heard.report.client, &heard.report.location, &heard.report.time, &heard.attributes}) {
      *text = keep(*text);
    }
    reports.push_back(heard);
    origins.push_back(origin);
  }

  void clear() {
    reports.clear();
    origins.clear();
    texts.clear();
  }

  // Never grown while reports point into it.
  std::string_view keep(std::string_view text) {
    const auto at = texts.size();
    texts += text;
    return std::string_view(texts).substr(at);
  }

  boost::container::static_vector<protocols::Herd::Heard, protocols::Herd::reports_at_once> reports;
  boost::container::static_vector<Origin, protocols::Herd::reports_at_once> origins;
  std::string texts;
};

ReportBatch::ReportBatch(protocols::Herd& herd, Rules rules, std::size_t report_bytes_max, Form form)
    : herd_(herd),
      rules_(std::move(rules)),
      elements_(member, report_bytes_max),
      waiting_(std::make_unique<Waiting>()) {
  waiting_->texts.reserve(Waiting::text_bytes);
  if (form == Form::ndjson) lines_.emplace(report_bytes_max);
}
ReportBatch::~ReportBatch() = default;

void ReportBatch::push(std::string_view bytes, Time now) {
  if (!lines_) return push_json(bytes, now);
  lines_->push(bytes);
  take_lines(now);
}

void ReportBatch::push_json(std::string_view bytes, Time now) {
  if (outcome_.cut_off) return;
  if (!begun_) {
    const auto blank = std::min(bytes.find_first_not_of(before_values), bytes.size());
    elements_.push(bytes.substr(0, blank));
    take_elements(now);  // goes over them
    bytes.remove_prefix(blank);
    if (bytes.empty()) return;
    begun_ = true;
    // An array alone becomes the member that the elements are split from.
    is_array_ = bytes.front() == '[';
    if (is_array_) elements_.push(before_array);
  }
  elements_.push(bytes);
  take_elements(now);
}

const ReportBatch::Outcome& ReportBatch::finish(Time now) {
  if (lines_) {
    lines_->finish();
    take_lines(now);
  }
  if (lines_ || outcome_.cut_off) return outcome_;
  if (is_array_ && elements_.array_end()) elements_.push(after_array);
  elements_.finish();
  take_elements(now);
  return outcome_;
}

void ReportBatch::take_elements(Time now) {
  for (;;) {
    const auto element = elements_.next();
    if (!element) {
      outcome_.cut_off = "line " + std::to_string(elements_.line()) + ": " + element.error().message;
      break;
    }
    if (!*element) break;
    take((*element)->text, (*element)->too_large, (*element)->line, now);
  }
  bring(now);
}

void ReportBatch::take_lines(Time now) {
  while (const auto line = lines_->next()) take(line->text, line->too_large, line->line, now);
  bring(now);
}

void ReportBatch::take(std::string_view text, bool too_large, std::uint64_t line, Time now) {
  const Waiting::Origin origin{next_index_++, line};
  if (too_large) {
    return refuse(Refusal::wrong, origin.index, origin.line, "the report is larger than 16 KiB");
  }
  if (rules_.admits && !rules_.admits(now)) {
    return refuse(Refusal::too_many, origin.index, origin.line,
                  "too many reports come from this address; try again later");
  }
  const auto arrival = std::max(now, last_arrival_ + 1);
  auto read = reader_.read(text, {}, arrival);
  if (!read) return refuse(Refusal::wrong, origin.index, origin.line, read.error().message);
  const auto told = told_as(read->report.client, now);
  if (told) read->report.client = *told;
  if (rules_.may_report && !rules_.may_report(read->report.client)) {
    return refuse(Refusal::forbidden, origin.index, origin.line, "these credentials may not report this client");
  }
  if (read->report.client_time == arrival) last_arrival_ = arrival;
  if (!waiting_->has_room_for(*read)) bring(now);
  waiting_->add(*read, origin);
}

std::optional<std::string> ReportBatch::told_as(std::string_view client, Time now) {
  if (client.find(protocols::encoded_percent) == std::string_view::npos) return std::nullopt;
  bring(now);  // whoever is new among them counts
  return protocols::client_as_told(herd_, client);
}

void ReportBatch::bring(Time now) {
  auto& [reports, origins, texts] = *waiting_;
  if (reports.empty()) return;
  herd_.report(reports, std::max(now, last_arrival_));
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (!reports[i].is_refused) {
      ++outcome_.accepted;
      continue;
    }
    const auto why = reports[i].refusal;
    refuse(why == protocols::Herd::Refusal::too_often ? Refusal::too_many : Refusal::no_room, origins[i].index,
           origins[i].line, std::string(reason_of(why)));
  }
  waiting_->clear();
}

std::string_view ReportBatch::reason_of(protocols::Herd::Refusal refusal) {
  return refusal == protocols::Herd::Refusal::too_often ? "the client reports more often than it may; try again later"
                                                        : "the client is new, and this server holds as many as it may";
}

void ReportBatch::refuse(Refusal refusal, std::uint64_t index, std::uint64_t line, std::string detail) {
  ++outcome_.refused;
  auto& errors = outcome_.errors;
  // The herd refuses its own once many wait for it, later than what was wrong at once.
  const auto place = std::ranges::upper_bound(errors, index, {}, &Wrong::index);
  if (place == errors.begin()) outcome_.refusal = refusal;
  errors.insert(place, {index, line, std::move(detail)});
  if (errors.size() > errors_told_max) errors.pop_back();
}

}  // namespace herd::api
