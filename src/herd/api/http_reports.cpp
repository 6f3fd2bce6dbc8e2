#include <utility>

#include "herd/api/http_endpoints.h"
#include "herd/api/http_handlers.h"
#include "herd/api/report_batch.h"
#include "herd/api/report_reader.h"
#include "herd/base/json_text.h"
#include "herd/base/text.h"

namespace herd::api {
namespace {

/// One report of the client that the path names.
class ReportExchange : public http::HttpExchange {
 public:
  explicit ReportExchange(HttpCall call) : call_(std::move(call)) {}

  std::size_t body_bytes_max() const override { return report_bytes_max; }
  void on_body(std::string_view bytes, Time /*now*/) override { body_ += bytes; }

  http::HttpAnswer finish(Time now) override {
    ReportReader reader;
    auto heard = reader.read(body_, call_.arguments.client(), now);
    if (!heard) return http::problem(400, heard.error().message);
    auto& herd = call_.doors.herd;
    herd.report({&*heard, 1}, now);
    if (heard->is_refused) {
      const auto reason = ReportBatch::reason_of(heard->refusal);
      const bool is_too_often = heard->refusal == protocols::Herd::Refusal::too_often;
      return is_too_often ? http::too_often(reason) : http::problem(507, reason);
    }
    std::string line;
    wire::append_line(line, herd.server(), now, heard->report);
    http::HttpResponse response;
    response.body = R"({"accepted":true,"at":)";
    append_json_string(response.body, line);
    response.body += "}\n";
    return response;
  }

 private:
  HttpCall call_;
  std::string body_;
};

/// Appends the members that tell what became of many reports, without brackets around them.
void append_outcome(std::string& out, const ReportBatch::Outcome& outcome) {
  out += R"("accepted":)";
  append_number(out, outcome.accepted);
  out += R"(,"refused":)";
  append_number(out, outcome.refused);
  out += R"(,"errors":[)";
  for (const auto& error : outcome.errors) {
    if (&error != &outcome.errors.front()) out += ',';
    out += R"({"index":)";
    append_number(out, error.index);
    out += R"(,"line":)";
    append_number(out, error.line);
    out += R"(,"detail":)";
    append_json_string(out, error.detail);
    out += '}';
  }
  out += ']';
  if (outcome.cut_off) {
    out += R"(,"cut_off":)";
    append_json_string(out, *outcome.cut_off);
  }
}

std::string reason_of(const ReportBatch::Outcome& outcome) {
  if (!outcome.errors.empty()) {
    return "none of the reports was taken; the first one: " + outcome.errors.front().detail;
  }
  if (outcome.cut_off) return "the body is no JSON: " + *outcome.cut_off;
  return "the body has no reports; an array of them is expected, or one a line";
}

/// NDJSON has no registered media type; these are in use. Their parameters say nothing of interest.
ReportBatch::Form form_of(std::string_view media_type) {
  const auto type = trim(media_type.substr(0, media_type.find(';')));
  for (const std::string_view each :
       {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}) {
    if (equal_ignoring_case(type, each)) return ReportBatch::Form::ndjson;
  }
  return ReportBatch::Form::json;
}

/// Reports of many clients.
class ReportsExchange : public http::HttpExchange {
 public:
  ReportsExchange(HttpCall call, ReportBatch::Form form)
      : call_(std::move(call)), batch_(call_.doors.herd, rules(), report_bytes_max, form) {}

  std::size_t body_bytes_max() const override { return reports_bytes_max; }
  void on_body(std::string_view bytes, Time now) override { batch_.push(bytes, now); }

  http::HttpAnswer finish(Time now) override {
    const auto& outcome = batch_.finish(now);
    if (outcome.accepted != 0) {
      http::HttpResponse response;
      response.body = "{";
      append_outcome(response.body, outcome);
      response.body += "}\n";
      return response;
    }
    auto response = http::problem(static_cast<std::uint16_t>(outcome.refusal), reason_of(outcome));
    response.body.erase(response.body.rfind('}'));
    response.body += ',';
    append_outcome(response.body, outcome);
    response.body += "}\n";
    if (response.status == 429) response.fields.emplace_back("Retry-After", "1");
    return response;
  }

 private:
  ReportBatch::Rules rules() const {
    ReportBatch::Rules rules;
    if (!call_.grant->is_for_all_clients()) {
      rules.may_report = [&grant = *call_.grant](std::string_view client) {
        return grant.may(protocols::Verb::report, client);
      };
    }
    rules.admits = [this](Time now) { return call_.doors.access.admits(call_.address, 1, now); };
    return rules;
  }

  HttpCall call_;
  ReportBatch batch_;
};

}  // namespace

std::unique_ptr<http::HttpExchange> begin_report(HttpCall call, const http::HttpHead& /*head*/) {
  return std::make_unique<ReportExchange>(std::move(call));
}

std::unique_ptr<http::HttpExchange> begin_reports(HttpCall call, const http::HttpHead& head) {
  return std::make_unique<ReportsExchange>(std::move(call), form_of(head.field("Content-Type")));
}

}  // namespace herd::api
