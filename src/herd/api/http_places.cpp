#include <utility>
#include <vector>

#include "herd/api/http_endpoints.h"
#include "herd/api/http_handlers.h"

namespace herd::api {
namespace {

std::string text_or_empty(const HttpArguments& arguments, std::string_view name) {
  const auto* const text = arguments.text(name);
  return text == nullptr ? std::string() : *text;
}

places::NearbyQuery query_of(const HttpArguments& arguments, geo::Location center) {
  return {center, arguments.number("radius"), static_cast<std::size_t>(arguments.number("limit")),
          text_or_empty(arguments, "type"), text_or_empty(arguments, "keyword")};
}

}  // namespace

http::HttpLater look_up_places(places::Provider& places, places::NearbyQuery query) {
  return {[&places, query = std::move(query)](const http::HttpLater::Done& done) {
    places.find_nearby({query}, [done](std::vector<std::string> answers) {
      if (answers.empty()) return done(http::problem(503, "the places could not be looked up for want of memory"));
      done({200, "application/json", std::move(answers.front()) + "\n", {}});
    });
  }};
}

http::HttpAnswer answer_places(const HttpCall& call, Time /*now*/) {
  const auto* const near = call.arguments.point("near");
  if (near == nullptr) return http::problem(400, "the parameter near is missing; say near=latitude,longitude");
  return look_up_places(call.doors.places, query_of(call.arguments, *near));
}

http::HttpAnswer answer_places_near_client(const HttpCall& call, Time /*now*/) {
  const auto& client = call.arguments.client();
  const auto sighting = call.doors.herd.find(client);
  if (!sighting) return http::problem(404, "nothing is known of the client \"" + client + "\"");
  return look_up_places(call.doors.places, query_of(call.arguments, sighting->record().location));
}

}  // namespace herd::api
