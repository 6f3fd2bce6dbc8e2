#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "herd/api/report_batch.h"
#include "herd/api/report_reader.h"
#include "herd/geo/location.h"
#include "herd/http/query_string.h"
#include "herd/protocols/client_json.h"
#include "herd/wire/record.h"
#include "herd/wire/timestamp.h"

namespace {

using herd::Time;
using herd::api::ReportBatch;
using herd::api::ReportReader;
using herd::http::query_decoded;
using herd::http::take_query_field;
using herd::protocols::append_client_json;

constexpr Time now = 1621464828'223371889;
constexpr std::size_t report_bytes_max = 512;

/// Keeps the lines of what it heard; "full" is refused.
class ListeningHerd : public herd::protocols::Herd {
 public:
  void report(std::span<Heard> reports, Time at) override {
    if (reports.empty() || reports.size() > reports_at_once) std::abort();
    for (auto& heard : reports) {
      heard.is_refused = heard.report.client == "full";
      if (heard.is_refused) continue;
      herd::wire::append_line(lines.emplace_back(), server(), at, heard.report);
      check(lines.back(), heard.attributes);
    }
  }
  std::string_view server() const override { return "Riley"; }
  std::optional<std::string> locate(std::string_view /*client*/) const override { return std::nullopt; }
  std::optional<herd::store::Sighting> find(std::string_view /*client*/) const override { return std::nullopt; }
  bool forget(std::string_view /*client*/, Time /*at*/) override { return false; }
  herd::store::Whereabouts::Found near(herd::geo::Location /*center*/, double /*radius_m*/, std::size_t /*count_max*/,
                                       const herd::protocols::Grant& /*grant*/) override {
    return {};
  }
  herd::store::Whereabouts::Found within(const herd::geo::Box& /*box*/, std::size_t /*count_max*/,
                                         const herd::protocols::Grant& /*grant*/) override {
    return {};
  }
  void count_invalid() override {}

  std::vector<std::string> lines;

 private:
  /// What was heard is a record, and what is told of it says the same when it is told to the herd.
  static void check(const std::string& line, std::string_view attributes) {
    const auto record = herd::wire::parse_record(line);
    if (!record) std::abort();
    std::string told;
    append_client_json(told, *record, attributes);
    ReportReader reader;
    // Whole seconds from 2038 on would be milliseconds.
    if (record->client_time / herd::second >= std::int64_t{herd::wire::milliseconds_from}) return;
    const auto again = reader.read(told, record->client, now);
    if (!again || again->report.position != record->location || again->report.client_time != record->client_time) {
      std::abort();
    }
    if (again->attributes != attributes) std::abort();
  }
};

auto read_batch(std::string_view text, std::size_t step, ReportBatch::Form form) {
  ListeningHerd herd;
  ReportBatch batch(herd, {}, report_bytes_max, form);
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) batch.push(text.substr(0, step), now);
  const auto& outcome = batch.finish(now);
  if (outcome.accepted != herd.lines.size()) std::abort();
  if (outcome.errors.size() != std::min<std::uint64_t>(outcome.refused, ReportBatch::errors_told_max)) std::abort();
  std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string>> errors;
  for (const auto& [index, line, detail] : outcome.errors) errors.emplace_back(index, line, detail);
  return std::tuple(herd.lines, outcome.refused, errors, outcome.cut_off);
}

}  // namespace

/// Any bytes are reports or errors, and the same ones however they are cut; what is told of a report is that report.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto form : {ReportBatch::Form::json, ReportBatch::Form::ndjson}) {
    const auto whole = read_batch(text, std::max<std::size_t>(size, 1), form);
    if (read_batch(text, 1, form) != whole || read_batch(text, 7, form) != whole) std::abort();
  }

  auto query = text;
  while (const auto field = take_query_field(query)) {
    if (const auto value = query_decoded(field->value); value && value->size() > field->value.size()) std::abort();
  }
  return 0;
}
