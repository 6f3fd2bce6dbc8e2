#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "herd/base/json_leaves.h"
#include "herd/trackers/tracker_apps.h"
#include "herd/wire/attributes.h"
#include "herd/wire/command.h"
#include "herd/wire/record.h"

namespace {

using namespace herd;
using http::HttpResponse;

constexpr Time now = 1'700'000'000 * second;

/// Keeps what it hears, and checks that it is what the line protocol could have said.
class CheckingHerd : public protocols::Herd {
 public:
  void report(std::span<Heard> heard, Time at) override {
    for (const auto& each : heard) {
      const auto& report = each.report;
      const auto command =
          "IAMAT " + std::string(report.client) + ' ' + std::string(report.location) + ' ' + std::string(report.time);
      const auto parsed = wire::parse_command(command);
      const auto* const iamat = std::get_if<wire::Iamat>(&parsed);
      if (iamat == nullptr || iamat->client != report.client) std::abort();
      if (iamat->position != report.position || iamat->client_time != report.client_time) std::abort();
      if (iamat->location_style != report.location_style || iamat->time_style != report.time_style) std::abort();
      if (!wire::unpack_attributes(each.attributes)) std::abort();
      std::string line;
      wire::append_line(line, server(), at, report);
      if (!wire::parse_record(line)) std::abort();
      clients[std::string(report.client)] = {line, std::string(each.attributes), 0};
    }
  }
  std::string_view server() const override { return "Riley"; }
  std::optional<std::string> locate(std::string_view /*client*/) const override { return std::nullopt; }
  std::optional<store::Sighting> find(std::string_view /*client*/) const override { return std::nullopt; }
  bool forget(std::string_view /*client*/, Time /*now*/) override { return false; }
  store::Whereabouts::Found near(geo::Location /*center*/, double /*radius_m*/, std::size_t count_max,
                                 const protocols::Grant& /*grant*/) override {
    store::Whereabouts::Found all;
    for (const auto& [client, sighting] : clients) {
      if (all.clients.size() < count_max) all.clients.push_back(sighting);
    }
    return all;
  }
  store::Whereabouts::Found within(const geo::Box& /*box*/, std::size_t /*count_max*/,
                                   const protocols::Grant& /*grant*/) override {
    return {};
  }
  void count_invalid() override {}

  std::map<std::string, store::Sighting> clients;
};

class OpenAccess : public protocols::Access {
 public:
  std::shared_ptr<const protocols::Grant> grant(const Credentials& /*credentials*/) const override {
    return protocols::Grant::everything();
  }
  bool admits(std::string_view /*address*/, unsigned /*requests*/, Time /*now*/) override { return true; }
  void count_denied() override {}
};

struct Outcome {
  std::uint16_t status = 0;
  std::string body;
  std::map<std::string, store::Sighting> clients;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome send(std::string_view method, std::string_view target, std::string_view body, std::size_t step) {
  CheckingHerd herd;
  OpenAccess access;
  trackers::TrackerOptions options;
  options.owntracks_friends = true;
  trackers::TrackerApps apps(herd, access, options);
  const auto exchange = apps.begin({method, target, {{"X-Limit-U", "jane"}}, "127.0.0.1:5"}, now);
  for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) exchange->on_body(body.substr(0, step), now);
  auto response = std::get<HttpResponse>(exchange->finish(now));
  return {response.status, std::move(response.body), std::move(herd.clients)};
}

}  // namespace

/// Any body, and any query, has an answer that is JSON or nothing, the same however it is cut; what the herd hears of
/// it is what clients of the line protocol can say.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto outcome = send("POST", "/pub", text, std::max<std::size_t>(size, 1));
  if (!(outcome == send("POST", "/pub", text, 1))) std::abort();
  if (outcome.status != 200 && outcome.status != 400) std::abort();
  if (!outcome.body.empty() && !read_json(outcome.body, [](const JsonLeaf&) {})) std::abort();
  const auto asked = send("GET", "/?" + std::string(text), "", 1);
  if (asked.status != 200 && asked.status != 400) std::abort();
  return 0;
}
