#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/logged_traffic.h"
#include "herd/trackers/tracker_apps.h"
#include "protocols/credulous_herd.h"
#include "protocols/heard_text.h"

/// A server's end of the apps, as tests of their requests have it.
namespace herd::trackers {

inline constexpr Time now = 1'700'000'000 * second;

/// Knows one user, jane with the password secret, who may report and read what is called jane/..., and one device,
/// "known", which may report itself. On an open server everybody may everything. Admits so many requests.
class StrictAccess : public protocols::Access {
 public:
  explicit StrictAccess(bool is_open) : is_open_(is_open) {}

  std::shared_ptr<const protocols::Grant> grant(const Credentials& credentials) const override {
    if (is_open_) return protocols::Grant::everything();
    if (credentials.authorization == "Basic amFuZTpzZWNyZXQ=") {
      return std::make_shared<const protocols::Grant>(std::vector<std::string>{"jane/*"},
                                                      std::vector{protocols::Verb::report, protocols::Verb::read});
    }
    if (credentials.secret_id == "known") {
      return std::make_shared<const protocols::Grant>(std::vector<std::string>{"known"},
                                                      std::vector{protocols::Verb::report});
    }
    return nullptr;
  }

  bool admits(std::string_view address, unsigned requests, Time /*now*/) override {
    asked_for.emplace_back(address);
    if (requests > admitted) return false;
    admitted -= requests;
    return true;
  }

  void count_denied() override { ++denied; }

  unsigned admitted = 1'000'000;
  unsigned denied = 0;
  std::vector<std::string> asked_for;

 private:
  bool is_open_;
};

/// Also refuses the client "hasty", for which it is too early.
class ImpatientHerd : public protocols::CredulousHerd {
 public:
  void report(std::span<Heard> heard, Time at) override {
    protocols::CredulousHerd::report(heard, at);
    for (auto& each : heard) {
      if (each.report.client != "hasty") continue;
      each.is_refused = true;
      each.refusal = Refusal::too_often;
    }
  }
};

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

struct Request {
  std::string method = "POST";
  std::string target = "/pub";
  Fields fields = {};
  std::string body = {};
  std::size_t step = 1'000'000;  ///< so many bytes of the body come at once
};

/// A server's end, with what came of requests to it.
struct Phones {
  explicit Phones(bool is_open = true, bool owntracks_friends = false)
      : access(is_open), apps(herd, access, {owntracks_friends, &log}) {}

  http::HttpResponse send(const Request& request) {
    std::unique_ptr<http::HttpExchange> exchange;
    {
      // The head is gone as soon as the exchange has begun.
      const auto method = request.method;
      const auto target = request.target;
      exchange = apps.begin({method, target, request.fields, "127.0.0.1:5"}, now);
    }
    EXPECT_EQ(exchange->body_bytes_max(), 1'048'576U);
    for (std::size_t at = 0; at < request.body.size(); at += request.step) {
      exchange->on_body(std::string(request.body.substr(at, request.step)), now);
    }
    return std::get<http::HttpResponse>(exchange->finish(now));
  }

  /// The status and the body; of a problem the status and its detail.
  std::string answer(const Request& request) {
    const auto response = send(request);
    const auto detail = response.body.find(R"("detail":)");
    const auto text = std::to_string(response.status) + ' ';
    if (response.content_type != "application/problem+json") return text + response.body;
    return text + response.body.substr(detail + 10, response.body.size() - detail - 13);
  }

  /// The newest of a client: "+1+2 3 [attributes]".
  std::string at(std::string_view client) const {
    const auto sighting = herd.find(client);
    if (!sighting) return "unknown";
    const auto line = sighting->line;
    return line.substr(line.find(' ', line.find(client)) + 1) + " [" +
           protocols::attributes_text(sighting->attributes) + ']';
  }

  /// "requests reports broken refused" of an app.
  std::string counted(TrackerApp app) const {
    const auto& counters = apps.counters(app);
    return std::to_string(counters.requests) + ' ' + std::to_string(counters.reports) + ' ' +
           std::to_string(counters.broken) + ' ' + std::to_string(counters.refused);
  }

  ImpatientHerd herd;
  StrictAccess access;
  LoggedTraffic log;
  TrackerApps apps;
};

inline const std::string owntracks_body =
    R"({"_type":"location","acc":15,"alt":440,"batt":46,"conn":"w","lat":46.0681247,"lon":11.1512805,"t":"u",)"
    R"("tid":"5t","tst":1551874878,"vac":2,"vel":36})";
inline const std::string owntracks_at =
    "+46.0681247+11.1512805 1551874878 [accuracy 15, altitude 440, speed 10, battery 46, conn=w, t=u, tid=5t, vac=2]";
inline const std::string traccar_body =
    R"({"location":{"timestamp":"2025-06-15T13:45:12.862Z","coords":{"latitude":37.4219983,"longitude":-122.084,)"
    R"("accuracy":5,"speed":0,"heading":-1,"altitude":5},"battery":{"level":1}},"device_id":"known"})";
inline const std::string traccar_at =
    "+37.4219983-122.084 1749995112.862 [accuracy 5, altitude 5, speed 0, battery 100]";
inline const std::string osmand_query = "id=known&lat=60.5&lon=-10.25&timestamp=1377177267&speed=10";
inline const std::string osmand_at = "+60.5-10.25 1377177267 [speed 5.14]";
inline const std::string overland_body =
    R"({"locations":[{"type":"Feature","geometry":{"type":"Point","coordinates":[-122.030581,37.331800]},)"
    R"("properties":{"timestamp":"2015-10-01T08:00:00-0700","speed":4,"device_id":"jane/phone"}}]})";
inline const std::string overland_at = "+37.331800-122.030581 1443711600 [speed 4]";
inline const std::string basic = "Basic amFuZTpzZWNyZXQ=";

}  // namespace herd::trackers
