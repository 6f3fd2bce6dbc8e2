#include "herd/api/http_endpoints.h"

#include "herd/api/http_handlers.h"

namespace herd::api {
namespace {

static_assert(reports_bytes_max == std::size_t{64} << 20U && report_bytes_max == std::size_t{16} << 10U,
              "as the description of /v1/reports says");

using In = Parameter::In;
using Type = Parameter::Type;

const Parameter client{.name = "id",
                       .in = In::path,
                       .type = Type::client,
                       .description = "The client's id; bytes that a path cannot have are percent-encoded.",
                       .example = "phone-7"};
const Parameter near_clients{
    .name = "near", .type = Type::point, .description = "Those around this point.", .example = "34.068930,-118.445127"};
const Parameter clients_radius{.name = "radius",
                               .type = Type::number,
                               .description = "How far around it, in metres.",
                               .example = "500",
                               .max = clients_radius_m_max,
                               .otherwise = 1000};
const Parameter box{.name = "bbox",
                    .type = Type::box,
                    .description = "Those in this box. A west that is east of its east crosses the antimeridian.",
                    .example = "-118.5,34,-118.4,34.1"};
const Parameter clients_limit{.name = "limit",
                              .type = Type::whole,
                              .description = "At most so many.",
                              .example = "5",
                              .min = 1,
                              .max = clients_listed_max,
                              .otherwise = 20};
const Parameter followed{.name = "clients",
                         .type = Type::clients,
                         .description = "These, with commas between their ids.",
                         .example = "phone-7,phone-8"};
const Parameter near_places{.name = "near",
                            .type = Type::point,
                            .description = "Around this point. Required.",
                            .example = "34.068930,-118.445127"};
const Parameter places_radius{.name = "radius",
                              .type = Type::number,
                              .description = "How far around, in metres.",
                              .example = "1000",
                              .max = places_radius_m_max,
                              .otherwise = 1000};
const Parameter places_limit{.name = "limit",
                             .type = Type::whole,
                             .description = "At most so many places.",
                             .example = "5",
                             .min = 1,
                             .max = places_listed_max,
                             .otherwise = places_listed_max};
const Parameter place_type{
    .name = "type", .description = "Only places of this type, in Google's words.", .example = "cafe"};
const Parameter keyword{.name = "keyword",
                        .description = "Only places that have all of these words in name, types or vicinity.",
                        .example = "coffee"};

const Parameter access_token{
    .name = "access_token",
    .description =
        "A token of this server (RFC 6750, section 2.3), for browsers, whose EventSource and WebSocket have no "
        "Authorization. Others better send that: addresses are kept in many places.",
    .example = "",
    .is_secret = true};

constexpr std::string_view json = "application/json";
constexpr std::string_view geojson = "application/geo+json";
constexpr std::string_view ndjson = "application/x-ndjson";

const BodyKind report_body{json, "Report",
                           R"({"lat":34.068930,"lon":-118.445127,"time":1621464827.959498503,"accuracy_m":15})"};
const AnswerKind report_answer{200, "The report was taken. \"at\" is the herd's line for it.", {json}, "Accepted"};
const AnswerKind places_answer{200, "The places, in the shape of Google's legacy Nearby Search.", {json}, "Places"};

constexpr std::string_view report_description =
    "Without a time a report is of now. A time is in POSIX seconds, in milliseconds, or ISO 8601; its digits and those "
    "of the coordinates are kept. A report that is older than what is known is taken and changes nothing.";

std::vector<Endpoint> endpoints_of_clients() {
  Endpoint put{.method = "PUT",
               .path = "/v1/clients/{id}",
               .summary = "Say where a client is",
               .description = report_description,
               .parameters = {client},
               .verbs = {protocols::Verb::report},
               .bodies = {report_body},
               .body_bytes_max = report_bytes_max,
               .answers = {report_answer},
               .begin = begin_report};
  auto post = put;
  post.method = "POST";
  return {
      std::move(put),
      std::move(post),
      {.method = "GET",
       .path = "/v1/clients/{id}",
       .summary = "Where a client is",
       .description = "The newest report, whichever server of the herd heard it.",
       .parameters = {client},
       .verbs = {protocols::Verb::read},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {{200, "The client; a Feature if GeoJSON is accepted.", {json, geojson}, "Client"}},
       .begin = HttpQuestion<answer_client>::begin},
      {.method = "DELETE",
       .path = "/v1/clients/{id}",
       .summary = "Forget a client",
       .description =
           "At every server of the herd. A report whose time is after the forgetting brings it back; one of an earlier "
           "time is taken and changes nothing. If the client's clock was ahead, even reports of right times do not for "
           "up to 60 s.",
       .parameters = {client},
       .verbs = {protocols::Verb::forget},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {{204, "The client is forgotten.", {}}},
       .begin = HttpQuestion<forget_client>::begin},
      {.method = "GET",
       .path = "/v1/clients",
       .summary = "Which clients are near a point or in a box",
       .description =
           "Nearest first, or in no particular order. \"complete\" is false if there are more than were asked for.",
       .parameters = {near_clients, clients_radius, box, clients_limit},
       .verbs = {protocols::Verb::read},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {{200, "The clients; a FeatureCollection if GeoJSON is accepted.", {json, geojson}, "Clients"}},
       .begin = HttpQuestion<answer_clients>::begin},
      {.method = "POST",
       .path = "/v1/reports",
       .summary = "Say where many clients are",
       .description =
           "A JSON array of reports, an object whose member \"reports\" is one, or one report a line (NDJSON): as "
           "many as 64 MiB have room for, each of at most 16 KiB. A report that cannot be used keeps none of the "
           "others out.",
       .parameters = {},
       .verbs = {protocols::Verb::report},
       .bodies =
           {{json, "Reports",
             R"([{"client":"phone-7","lat":34.068930,"lon":-118.445127},{"client":"phone-8","lat":34.07,"lon":-118.44}])"},
            {ndjson, "Report", R"({"client":"phone-7","lat":34.068930,"lon":-118.445127})"}},
       .body_bytes_max = reports_bytes_max,
       .answers = {{200, "One report at least was taken.", {json}, "Outcome"}},
       .begin = begin_reports},
  };
}

std::vector<Endpoint> endpoints_of_places() {
  return {
      {.method = "GET",
       .path = "/v1/clients/{id}/places",
       .summary = "Places near a client",
       .description = "",
       .parameters = {client, places_radius, places_limit, place_type, keyword},
       .verbs = {protocols::Verb::read, protocols::Verb::places},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {places_answer},
       .begin = HttpQuestion<answer_places_near_client>::begin},
      {.method = "GET",
       .path = "/v1/places",
       .summary = "Places near a point",
       .description = "",
       .parameters = {near_places, places_radius, places_limit, place_type, keyword},
       .verbs = {protocols::Verb::places},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {places_answer},
       .begin = HttpQuestion<answer_places>::begin},
      {.method = "GET",
       .path = "/maps/api/place/nearbysearch/json",
       .summary = "Places near a point, for programs written for Google Places",
       .description =
           "They change their base URL only. Refusals have Google's words, INVALID_REQUEST and others, and HTTP status "
           "200. Parameters that are not named here are passed over.",
       .parameters = {{.name = "location",
                       .type = Type::point,
                       .description = "Around this point. Required.",
                       .example = "34.068930,-118.445127"},
                      {.name = "radius",
                       .type = Type::number,
                       .description = "In metres, at most 50000; required, and refused with rankby=distance.",
                       .example = "1500",
                       .max = places_radius_m_max},
                      place_type,
                      keyword,
                      {.name = "name", .description = "Further words of the keyword.", .example = "coffee"},
                      {.name = "rankby",
                       .description = "prominence or distance; answers are nearest first with both.",
                       .example = "prominence"},
                      {.name = "pagetoken", .description = "Refused: there are no further pages.", .example = "x"},
                      {.name = "key",
                       .description = "A token of this server, if it wants one and there is no Authorization.",
                       .example = "x",
                       .is_secret = true}},
       .verbs = {protocols::Verb::places},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {places_answer},
       .begin = HttpQuestion<answer_places_as_google>::begin,
       .is_googles = true,
       .token_parameter = "key"},
  };
}

std::vector<Endpoint> endpoints_of_feeds() {
  return {
      {.method = "GET",
       .path = "/v1/live",
       .summary = "Follow clients live: Server-Sent Events",
       .description = "A snapshot first, then what changes, in batches. One of near, bbox and clients says whom.",
       .parameters = {near_clients,
                      clients_radius,
                      box,
                      followed,
                      {.name = "Last-Event-ID",
                       .in = In::head,
                       .description = "Where an earlier feed ended; browsers say so themselves.",
                       .example = ""},
                      access_token},
       .verbs = {protocols::Verb::read},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {{200, "Events, without end.", {"text/event-stream"}}},
       .begin = begin_events,
       .token_parameter = access_token.name},
      {.method = "GET",
       .path = "/v1/ws",
       .summary = "Follow clients live: WebSocket",
       .description = "The same as messages of a WebSocket (RFC 6455).",
       .parameters = {near_clients,
                      clients_radius,
                      box,
                      followed,
                      {.name = "last_event_id", .description = "Where an earlier feed ended.", .example = ""},
                      access_token},
       .verbs = {protocols::Verb::read},
       .bodies = {},
       .body_bytes_max = ignored_body_bytes_max,
       .answers = {{101, "The connection becomes a WebSocket.", {}}},
       .begin = begin_websocket,
       .token_parameter = access_token.name},
  };
}

std::vector<Endpoint> endpoints_of_self() {
  const auto of = [](std::string_view path, std::string_view summary, std::string_view description,
                     const std::vector<protocols::Verb>& verbs, AnswerKind answer, auto begin) {
    return Endpoint{.method = "GET",
                    .path = path,
                    .summary = summary,
                    .description = description,
                    .parameters = {},
                    .verbs = verbs,
                    .bodies = {},
                    .body_bytes_max = ignored_body_bytes_max,
                    .answers = {std::move(answer)},
                    .begin = begin};
  };
  return {
      of("/v1/status", "The state of this server and of its links", "", {protocols::Verb::status},
         {200, "The state; members are added from version to version.", {json}, "Status"},
         HttpQuestion<answer_status>::begin),
      of("/metrics", "The same for Prometheus", "", {protocols::Verb::status},
         {200, "Text exposition, version 0.0.4.", {"text/plain"}}, HttpQuestion<answer_metrics>::begin),
      of("/livez", "Whether the process answers", "", {}, {200, "It does.", {"text/plain"}},
         HttpQuestion<answer_is_alive>::begin),
      of("/readyz", "Whether clients should be sent here",
         "503 with the reason while the server waits for its neighbours, catches up with them, or stops.", {},
         {200, "They should.", {"text/plain"}}, HttpQuestion<answer_is_ready>::begin),
      of("/openapi.json", "This API in OpenAPI 3.1", "", {}, {200, "The description.", {json}, "OpenApi"},
         HttpQuestion<answer_open_api>::begin),
      of("/v1/docs", "This API as a page", "", {}, {200, "The page.", {"text/html"}}, HttpQuestion<answer_page>::begin),
  };
}

std::vector<Endpoint> all() {
  std::vector<Endpoint> endpoints;
  for (auto part : {endpoints_of_clients, endpoints_of_places, endpoints_of_feeds, endpoints_of_self}) {
    for (auto& endpoint : part()) endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

}  // namespace

const std::vector<Endpoint>& http_endpoints() {
  static const auto endpoints = all();
  return endpoints;
}

}  // namespace herd::api
