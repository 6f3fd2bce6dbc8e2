#include "herd/api/http_google.h"

#include <optional>

#include "herd/api/http_endpoints.h"
#include "herd/api/http_handlers.h"
#include "herd/base/json_text.h"
#include "herd/base/text.h"

// Google's legacy Nearby Search, for programs that were written for it:
// https://developers.google.com/maps/documentation/places/web-service/search-nearby
namespace herd::api {
namespace {

http::HttpResponse invalid(std::string_view message) {
  return google_refusal("INVALID_REQUEST", message);
}

std::string_view text_of(const HttpArguments& arguments, std::string_view name) {
  const auto* const text = arguments.text(name);
  return text == nullptr ? std::string_view() : trim(*text);
}

std::optional<double> radius_of(std::string_view text) {
  const auto radius_m = parse_number(text);
  const bool is_right = radius_m && *radius_m > 0 && *radius_m <= places_radius_m_max;  // NaN is neither
  return is_right ? radius_m : std::nullopt;
}

}  // namespace

http::HttpResponse google_refusal(std::string_view status, std::string_view message) {
  http::HttpResponse response;
  response.body = R"({"html_attributions":[],"results":[],"status":)";
  append_json_string(response.body, status);
  response.body += R"(,"error_message":)";
  append_json_string(response.body, message);
  response.body += "}\n";
  return response;
}

http::HttpAnswer answer_places_as_google(const HttpCall& call, Time /*now*/) {
  const auto& arguments = call.arguments;
  if (arguments.has("pagetoken")) return invalid("pagetoken: there are no further pages; ask for a smaller radius");
  const auto center = geo::parse_latitude_longitude(text_of(arguments, "location"));
  if (!center) return invalid("location must be latitude,longitude in degrees: 34.0689,-118.4451");
  const auto rankby = text_of(arguments, "rankby");
  if (!rankby.empty() && rankby != "prominence" && rankby != "distance") {
    return invalid("rankby must be prominence or distance");
  }

  places::NearbyQuery query{*center, places_radius_m_max, static_cast<std::size_t>(places_listed_max),
                            std::string(text_of(arguments, "type")), std::string(text_of(arguments, "keyword"))};
  if (const auto name = text_of(arguments, "name"); !name.empty()) {  // Google takes the two together
    if (!query.keyword.empty()) query.keyword += ' ';
    query.keyword += name;
  }
  const bool has_radius = arguments.has("radius");
  if (rankby == "distance") {
    if (has_radius) return invalid("radius cannot be with rankby=distance");
    if (query.type.empty() && query.keyword.empty()) return invalid("rankby=distance needs a keyword or a type");
  } else {
    if (!has_radius) return invalid("radius is missing");
    const auto radius_m = radius_of(text_of(arguments, "radius"));
    if (!radius_m) return invalid("radius must be a number of metres, above 0 and at most 50000");
    query.radius_m = *radius_m;
  }
  return look_up_places(call.doors.places, query);
}

}  // namespace herd::api
