#include <string>

#include "herd/api/http_endpoints.h"
#include "herd/api/http_handlers.h"
#include "herd/protocols/client_json.h"
#include "herd/protocols/phone_report.h"

namespace herd::api {
namespace {

/// In the type that is to be answered, which the Accept field decides.
http::HttpResponse client_answer(const HttpCall& call) {
  return {200, call.wants_geojson ? "application/geo+json" : "application/json", "", {{"Vary", "Accept"}}};
}

http::HttpResponse unknown(const std::string& client) {
  return http::problem(404, "nothing is known of the client \"" + client + "\": it has not reported, or was forgotten");
}

}  // namespace

http::HttpAnswer answer_clients(const HttpCall& call, Time now) {
  const auto& arguments = call.arguments;
  auto& herd = call.doors.herd;
  const auto* const near = arguments.point("near");
  const auto* const box = arguments.box("bbox");
  if ((near == nullptr) == (box == nullptr)) {
    return http::problem(400, near == nullptr
                                  ? "say which clients: near=latitude,longitude or bbox=west,south,east,north"
                                  : "near and bbox cannot be together; leave one of them out");
  }
  if (box != nullptr && arguments.has("radius")) return http::problem(400, "radius belongs to near, not to bbox");
  const auto limit = static_cast<std::size_t>(arguments.number("limit"));
  const auto listed = box != nullptr ? herd.within(*box, limit, *call.grant)
                                     : herd.near(*near, arguments.number("radius"), limit, *call.grant);

  auto response = client_answer(call);
  auto& out = response.body;
  const bool is_geojson = call.wants_geojson;
  out = is_geojson ? R"({"type":"FeatureCollection","features":[)" : R"({"clients":[)";
  const auto append = is_geojson ? protocols::append_client_feature : protocols::append_client_json;
  for (const auto& sighting : listed.clients) {
    if (&sighting != &listed.clients.front()) out += ",\n";
    protocols::ClientExtras extras{now};
    if (near != nullptr) extras.distance_m = sighting.distance_m;
    append(out, sighting.record(), sighting.attributes, extras);
  }
  out += listed.is_all ? "],\"complete\":true}\n" : "],\"complete\":false}\n";
  return response;
}

http::HttpAnswer answer_client(const HttpCall& call, Time now) {
  const auto& client = call.arguments.client();
  const auto sighting = call.doors.herd.find(client);
  if (!sighting) return unknown(client);
  auto response = client_answer(call);
  const auto append = call.wants_geojson ? protocols::append_client_feature : protocols::append_client_json;
  append(response.body, sighting->record(), sighting->attributes, {now});
  response.body += '\n';
  return response;
}

http::HttpAnswer forget_client(const HttpCall& call, Time now) {
  const auto& client = call.arguments.client();
  if (!call.doors.herd.forget(client, now)) return unknown(client);
  return http::HttpResponse{204, "", "", {}};
}

}  // namespace herd::api
