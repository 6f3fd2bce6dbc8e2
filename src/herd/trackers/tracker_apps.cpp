#include "herd/trackers/tracker_apps.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "herd/base/json_leaves.h"
#include "herd/base/text.h"
#include "herd/http/authorization.h"
#include "herd/http/content_encoding.h"
#include "herd/http/form_fields.h"
#include "herd/http/query_string.h"
#include "herd/trackers/osmand.h"
#include "herd/trackers/overland.h"
#include "herd/trackers/owntracks.h"
#include "herd/trackers/owntracks_friends.h"
#include "herd/trackers/traccar.h"
#include "herd/trackers/tracker_points.h"

namespace herd::trackers {
namespace {

/// The client of Overland's points that nothing names.
constexpr std::string_view overland_device = "overland";

http::HttpResponse ok(std::string body = "") {
  return {200, "application/json", std::move(body), {}};
}

/// Of an app that sends JSON and no array "locations". What is broken further on is of the app it began as.
std::optional<TrackerApp> app_of_json(std::string_view text) {
  std::optional<TrackerApp> app;
  const auto read = read_json(text, [&app](const JsonLeaf& leaf) {
    if (leaf.path == "_type") app = TrackerApp::owntracks;
    if (!app && (leaf.path == "device_id" || leaf.path.starts_with("location."))) app = TrackerApp::traccar;
  });
  static_cast<void>(read);  // who reads it as that app's will say what is wrong
  return app;
}

std::string last_segment(std::string_view path) {
  path = path.substr(0, path.find_last_not_of('/') + 1);
  path = path.substr(path.rfind('/') + 1);
  return http::percent_decoded(path).value_or(std::string(path));
}

}  // namespace

std::string_view name_of(TrackerApp app) {
  constexpr std::array<std::string_view, tracker_apps> names{"OwnTracks", "Traccar Client", "OsmAnd", "Overland"};
  return names.at(static_cast<std::size_t>(app));
}

class TrackerApps::Exchange : public http::HttpExchange {
 public:
  Exchange(TrackerApps& apps, const http::HttpHead& head, std::optional<http::HttpResponse> refusal)
      : apps_(apps),
        refusal_(std::move(refusal)),
        is_post_(head.method == "POST"),
        path_(head.path()),
        query_(http::parse_form(head.query(), fields_max)),
        authorization_(head.field("Authorization")),
        limit_user_(head.field("X-Limit-U")),
        limit_device_(head.field("X-Limit-D")),
        address_(head.client_address) {}
  ~Exchange() override { drop_body(); }

  bool is_settled() const override { return refusal_.has_value(); }
  std::size_t body_bytes_max() const override { return TrackerApps::body_bytes_max; }
  void on_body(std::string_view bytes, Time /*now*/) override {
    if (refusal_) return;
    body_ += bytes;
    if (has_room()) return;
    drop_body();
    apps_.large_bodies_refused_.add();
    refusal_ = http::problem(503, "too many large bodies are on their way at once; try again later");
    refusal_->fields.emplace_back("Retry-After", "1");
  }

  http::HttpAnswer finish(Time now) override {
    if (refusal_) return *std::move(refusal_);
    const auto text = trim(body_);
    const bool is_object = text.starts_with('{');
    if (is_object) {
      if (const auto batch = OverlandBatch::find(text)) return overland(*batch, now);
      const auto app = app_of_json(text);
      if (app == TrackerApp::owntracks) return owntracks(text, now);
      if (app == TrackerApp::traccar) return traccar(text, now);
    }
    auto fields = query_;
    if (!is_object) {
      for (auto& field : http::parse_form(text, fields_max)) fields.push_back(std::move(field));
    }
    if (is_osmand(fields)) return osmand(fields, now);
    // OwnTracks says so that a friend was deleted.
    if (is_post_ && text.empty()) return ok("[]");
    return http::problem(
        400,
        "this is of no tracker app that is known here: what is expected is the JSON of OwnTracks (with "
        "\"_type\"), Traccar Client (\"location\" and \"device_id\") or Overland (\"locations\"), or the "
        "fields id, lat and lon of OsmAnd in the query or as a form");
  }

 private:
  /// Counts the memory that the body takes; false if there is not so much.
  bool has_room() {
    const auto bytes = body_.capacity();
    if (bytes < large_body_bytes_min || bytes == large_bytes_) return true;
    const auto added = bytes - large_bytes_;
    large_bytes_ = bytes;
    return apps_.large_bodies_bytes_.fetch_add(added) + added <= large_bodies_bytes_max;
  }

  void drop_body() {
    std::string().swap(body_);
    apps_.large_bodies_bytes_ -= std::exchange(large_bytes_, 0);
  }

  http::HttpResponse owntracks(std::string_view payload, Time now) {
    auto& counters = begin(TrackerApp::owntracks);
    const auto grant = grant_of("");
    if (!grant) return unknown();
    TrackerPoints points(apps_.herd_, now);
    auto& report = points.next();
    const auto login = http::basic_login(authorization_).value_or(http::Login());
    const auto user = limit_user_.empty() ? http::value_of(query_, "u") : limit_user_;
    const auto device = limit_device_.empty() ? http::value_of(query_, "d") : limit_device_;
    const auto kind = read_owntracks(payload, {user, device, "", login.user}, report);
    if (!kind) return broken(TrackerApp::owntracks, kind.error(), ok("[]"));
    if (*kind == OwnTracksKind::other) return ok("[]");
    const auto place = points.take(*grant);
    if (!place) return broken(TrackerApp::owntracks, place.error(), ok("[]"));
    if (auto refusal = bring(points, counters)) return *std::move(refusal);
    if (!apps_.options_.owntracks_friends) return ok("[]");
    return ok(owntracks_friends(apps_.herd_, *grant, report.client(), *place));
  }

  http::HttpResponse traccar(std::string_view text, Time now) {
    auto& counters = begin(TrackerApp::traccar);
    TrackerPoints points(apps_.herd_, now);
    auto& report = points.next();
    const auto read = read_traccar(text, report);
    // Before it is asked who that is: what is broken need not have told.
    if (!read) return broken(TrackerApp::traccar, read.error(), ok());
    const auto grant = grant_of(report.client());
    if (!grant) return unknown();
    if (!report.has_position()) return ok();
    if (const auto place = points.take(*grant); !place) return broken(TrackerApp::traccar, place.error(), ok());
    return bring(points, counters).value_or(ok());
  }

  http::HttpResponse osmand(const std::vector<http::FormField>& fields, Time now) {
    auto& counters = begin(TrackerApp::osmand);
    TrackerPoints points(apps_.herd_, now);
    auto& report = points.next();
    read_osmand(fields, report);
    if (!report.has_client()) {
      const Error error{"the id of the device is missing; it goes into the address: ?id=my-phone&lat=..."};
      return broken(TrackerApp::osmand, error, http::problem(400, error.message));
    }
    const auto grant = grant_of(report.client());
    if (!grant) return unknown();
    if (!report.has_position()) return ok();
    if (const auto place = points.take(*grant); !place) {
      return broken(TrackerApp::osmand, place.error(), http::problem(400, place.error().message));
    }
    return bring(points, counters).value_or(ok());
  }

  http::HttpResponse overland(const OverlandBatch& batch, Time now) {
    auto& counters = begin(TrackerApp::overland);
    const auto grant = grant_of("");
    if (!grant) return unknown();
    auto device = batch.device();
    if (!device.wrong) {
      if (device.id.empty()) device.id = http::value_of(query_, "id");
      if (device.id.empty()) device.id = last_segment(path_);
      if (device.id.empty()) device.id = overland_device;
    }
    TrackerPoints points(apps_.herd_, now);
    const auto read = batch.for_each([&](std::string_view point) {
      auto& report = points.next();
      if (const auto parsed = read_overland(point, device, report); !parsed) {
        return note_broken(TrackerApp::overland, parsed.error());
      }
      if (const auto place = points.take(*grant); !place) note_broken(TrackerApp::overland, place.error());
    });
    if (!read) note_broken(TrackerApp::overland, read.error());
    return bring(points, counters).value_or(ok(R"({"result":"ok"})"));
  }

  TrackerCounters& begin(TrackerApp app) {
    auto& counters = apps_.counters_.at(static_cast<std::size_t>(app));
    ++counters.requests;
    return counters;
  }

  std::shared_ptr<const protocols::Grant> grant_of(std::string_view secret_id) const {
    return apps_.access_.grant({authorization_, secret_id, {}});
  }

  http::HttpResponse unknown() {
    apps_.access_.count_denied();
    return http::unauthorized(
        "a user and password, a token, or for apps that have no place for them the id of a device that is known here "
        "as a secret, is needed");
  }

  void note_broken(TrackerApp app, const Error& error) {
    ++apps_.counters_.at(static_cast<std::size_t>(app)).broken;
    if (apps_.options_.log == nullptr || !apps_.options_.log->takes_line()) return;
    auto line = std::string(name_of(app));
    line += " point not used: " + error.message;
    apps_.options_.log->line(TrafficLog::Direction::in, address_, line);
  }

  http::HttpResponse broken(TrackerApp app, const Error& error, http::HttpResponse answer) {
    note_broken(app, error);
    return answer;
  }

  std::optional<http::HttpResponse> bring(TrackerPoints& points, TrackerCounters& counters) {
    auto refusal = points.bring();
    counters.reports += points.taken();
    counters.refused += points.refused();
    if (points.denied() > 0) apps_.access_.count_denied();
    return refusal;
  }

  TrackerApps& apps_;
  std::optional<http::HttpResponse> refusal_;  // whatever the body
  bool is_post_;
  std::string path_;
  std::vector<http::FormField> query_;
  std::string authorization_;
  std::string limit_user_;
  std::string limit_device_;
  std::string address_;
  std::string body_;
  std::size_t large_bytes_ = 0;  // of it, counted in large_bodies_bytes_
};

std::unique_ptr<http::HttpExchange> TrackerApps::begin(const http::HttpHead& head, Time now) {
  const auto address = head.client_address.substr(0, head.client_address.rfind(':'));
  auto refusal = access_.admits(address, 1, now)
                     ? http::refuse_encoded_body(head)
                     : http::too_often("too many requests come from this address; try again later");
  return std::make_unique<Exchange>(*this, head, std::move(refusal));
}

}  // namespace herd::trackers
