#include "herd/api/http_arguments.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "herd/base/nearest_name.h"
#include "herd/base/text.h"
#include "herd/http/query_string.h"
#include "herd/protocols/client_name.h"
#include "herd/protocols/phone_report.h"
#include "herd/wire/record.h"

namespace herd::api {
namespace {

std::string plain(double number) {
  return std::to_string(std::llround(number));
}

Error wrong(const Parameter& parameter, std::string_view text, const std::string& right) {
  const auto said = parameter.is_secret ? std::string() : " is " + in_quotes(text) + "; it";
  return {"the parameter " + std::string(parameter.name) + said + " must be " + right};
}

std::optional<geo::Box> parse_box(std::string_view text) {
  std::array<std::string, 4> sides;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const auto side = text.substr(0, i + 1 < sides.size() ? text.find(',') : text.size());
    sides[i] = trim(side);
    text.remove_prefix(std::min(text.size(), side.size() + 1));
  }
  const auto& [west, south, east, north] = sides;
  const auto south_west = geo::parse_latitude_longitude(south + ',' + west);
  const auto north_east = geo::parse_latitude_longitude(north + ',' + east);
  if (!south_west || !north_east || south_west->latitude_e7 > north_east->latitude_e7) return std::nullopt;
  return geo::Box{*south_west, *north_east};
}

/// Its bytes.
Result<void> take_name(const Parameter& parameter, std::string_view text, std::string& name) {
  auto bytes = http::percent_decoded(text);
  if (!bytes || bytes->empty()) return wrong(parameter, text, "a client's id, percent-encoded where it needs to be");
  name = *std::move(bytes);
  return {};
}

Error too_long(const std::string& client) {
  return {"the client id has " + std::to_string(client.size()) + " bytes; " + std::to_string(wire::client_bytes_max) +
          " are the most"};
}

}  // namespace

Result<HttpArguments::Value> HttpArguments::parse(const Parameter& parameter, std::string_view text) {
  using Type = Parameter::Type;
  if (parameter.type == Type::clients) {
    std::vector<std::string> clients;
    while (!text.empty()) {
      const auto one = text.substr(0, text.find(','));
      text.remove_prefix(std::min(text.size(), one.size() + 1));
      if (one.empty()) continue;
      std::string name;
      if (auto done = take_name(parameter, one, name); !done) return done.error();
      const auto before = clients.size();
      protocols::append_meant(clients, name);
      if (clients.size() == before) return too_long(protocols::encode_client(name));
    }
    if (clients.empty()) return wrong(parameter, "", "the ids of one or more clients, with commas between them");
    return clients;
  }
  auto decoded = http::query_decoded(text);
  if (!decoded) return wrong(parameter, text, "percent-encoded: a % stands before two hexadecimal digits");
  const auto said = trim(*decoded);
  switch (parameter.type) {
    case Type::whole:
    case Type::number: {
      const auto number = parse_number(said);
      const bool is_whole = parameter.type == Type::whole;
      const bool is_within = number && *number >= parameter.min && *number <= parameter.max;  // NaN is not
      if (!is_within || (is_whole && *number != std::floor(*number))) {
        return wrong(parameter, *decoded,
                     std::string(is_whole ? "a whole number" : "a number") + " from " + plain(parameter.min) + " to " +
                         plain(parameter.max));
      }
      return *number;
    }
    case Type::point: {
      const auto point = geo::parse_latitude_longitude(said);
      if (!point) return wrong(parameter, *decoded, "latitude,longitude in degrees: 34.0689,-118.4451");
      return *point;
    }
    case Type::box: {
      const auto box = parse_box(said);
      if (!box) {
        return wrong(parameter, *decoded, "west,south,east,north in degrees, south below north: -118.5,34,-118.4,34.1");
      }
      return *box;
    }
    case Type::text:
    case Type::client:
    case Type::clients:
      break;
  }
  return Value(*std::move(decoded));
}

Result<void> HttpArguments::take(std::string_view name, std::string_view text) {
  const auto& parameters = endpoint_->parameters;
  const auto is_it = [name](const Parameter& each) { return each.in == Parameter::In::query && each.name == name; };
  const auto known = std::ranges::find_if(parameters, is_it);
  if (known == parameters.end()) {
    if (endpoint_->is_googles) return {};
    std::vector<std::string> names;
    for (const auto& each : parameters) {
      if (each.in == Parameter::In::query) names.emplace_back(each.name);
    }
    const auto path = std::string(endpoint_->path);
    return Error{path + " has no parameter " + in_quotes(name) + "; " +
                 (names.empty() ? "it takes none" : did_you_mean(name, names))};
  }
  if (value(name) != nullptr) {
    if (endpoint_->is_googles) return {};
    return Error{"the parameter " + std::string(name) + " is there twice; once is right"};
  }
  const Parameter as_text{
      .name = known->name, .in = known->in, .description = {}, .example = {}, .is_secret = known->is_secret};
  auto parsed = parse(endpoint_->is_googles ? as_text : *known, text);
  if (!parsed) return parsed.error();
  values_.emplace_back(known->name, *std::move(parsed));
  return {};
}

Result<HttpArguments> HttpArguments::read(const Endpoint& endpoint, std::string_view id, std::string_view query) {
  HttpArguments arguments;
  arguments.endpoint_ = &endpoint;
  if (!id.empty()) {
    std::string name;
    if (auto done = take_name(endpoint.parameters.front(), id, name); !done) return done.error();
    arguments.client_ = protocols::encode_client(name);
    if (arguments.client_.size() > wire::client_bytes_max) return too_long(arguments.client_);
  }
  while (const auto field = http::take_query_field(query)) {
    const auto name = http::query_decoded(field->name);
    if (auto taken = arguments.take(name ? *name : field->name, field->value); !taken) return taken.error();
  }
  return arguments;
}

double HttpArguments::number(std::string_view name) const {
  if (const auto* said = find<double>(name)) return *said;
  const auto parameter = std::ranges::find(endpoint_->parameters, name, &Parameter::name);
  assert(parameter != endpoint_->parameters.end() && parameter->otherwise);
  return *parameter->otherwise;
}

const HttpArguments::Value* HttpArguments::value(std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string_view, Value>::first);
  return found == values_.end() ? nullptr : &found->second;
}

}  // namespace herd::api
