#include "herd/api/open_api.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "herd/api/http_endpoints.h"
#include "herd/api/open_api_schemas.h"
#include "herd/base/text.h"

namespace herd::api {
namespace {

namespace json = boost::json;

json::string_view text(std::string_view characters) {
  return {characters.data(), characters.size()};
}

json::object reference(std::string_view kind, std::string_view name) {
  return {{"$ref", text("#/components/" + std::string(kind) + "/" + std::string(name))}};
}

json::object schema_of(const Parameter& parameter) {
  using Type = Parameter::Type;
  if (parameter.type != Type::whole && parameter.type != Type::number) return {{"type", "string"}};
  json::object schema{{"type", parameter.type == Type::whole ? "integer" : "number"},
                      {"minimum", std::llround(parameter.min)},
                      {"maximum", std::llround(parameter.max)}};
  if (parameter.otherwise) schema["default"] = std::llround(*parameter.otherwise);
  return schema;
}

json::object parameter_json(const Parameter& parameter) {
  using In = Parameter::In;
  json::object object{{"name", text(parameter.name)},
                      {"in", parameter.in == In::path    ? "path"
                             : parameter.in == In::query ? "query"
                                                         : "header"}};
  const bool is_required =
      parameter.in == In::path || parameter.description.find("Required.") != std::string_view::npos;
  object["required"] = is_required;
  object["description"] = text(parameter.description);
  object["schema"] = schema_of(parameter);
  if (!parameter.example.empty()) {
    const bool is_number = parameter.type == Parameter::Type::whole || parameter.type == Parameter::Type::number;
    object["example"] = is_number ? json::parse(text(parameter.example)) : json::value(text(parameter.example));
  }
  return object;
}

json::object answers_json(const Endpoint& endpoint) {
  json::object answers;
  for (const auto& answer : endpoint.answers) {
    json::object object{{"description", text(answer.description)}};
    json::object content;
    for (const auto type : answer.content_types) {
      const bool has_schema = !answer.schema.empty() && type == "application/json";
      content[text(type)] = has_schema ? json::object{{"schema", reference("schemas", answer.schema)}} : json::object{};
    }
    if (!content.empty()) object["content"] = std::move(content);
    answers[std::to_string(answer.status)] = std::move(object);
  }
  answers["default"] = reference("responses", "Problem");
  return answers;
}

json::object operation_json(const Endpoint& endpoint) {
  json::object operation{{"summary", text(endpoint.summary)}};
  if (!endpoint.description.empty()) operation["description"] = text(endpoint.description);
  json::array parameters;
  for (const auto& parameter : endpoint.parameters) parameters.emplace_back(parameter_json(parameter));
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!endpoint.bodies.empty()) {
    json::object content;
    for (const auto& body : endpoint.bodies) {
      const bool is_json = body.content_type == "application/json";
      const auto example = text(body.example);
      content[text(body.content_type)] =
          json::object{{"schema", reference("schemas", body.schema)},
                       {"example", is_json ? json::parse(example) : json::value(example)}};
    }
    operation["requestBody"] = json::object{{"required", true}, {"content", std::move(content)}};
  }
  operation["responses"] = answers_json(endpoint);
  json::array security;
  if (!endpoint.verbs.empty()) {
    json::array verbs;
    for (const auto verb : endpoint.verbs) verbs.emplace_back(text(word_of(verb)));
    security = {json::object{{"bearer", verbs}}, json::object{{"basic", verbs}}};
    if (const auto name = endpoint.token_parameter; !name.empty()) {
      security.emplace_back(json::object{{text(name), verbs}});
    }
    security.emplace_back(json::object{});
  }
  operation["security"] = std::move(security);
  return operation;
}

}  // namespace

std::string open_api_json() {
  json::object paths;
  for (const auto& endpoint : http_endpoints()) {
    auto& path = paths[text(endpoint.path)];
    if (path.is_null()) path.emplace_object();
    std::string method(endpoint.method);
    std::ranges::transform(method, method.begin(), lower_case);
    path.as_object()[method] = operation_json(endpoint);
  }
  const json::object problem{{"description", "What was wrong, and what would be right (RFC 9457)."},
                             {"content", json::object{{"application/problem+json",
                                                       json::object{{"schema", reference("schemas", "Problem")}}}}}};
  json::object schemes{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}},
                       {"basic", json::object{{"type", "http"}, {"scheme", "basic"}}}};
  for (const auto& endpoint : http_endpoints()) {
    if (const auto name = text(endpoint.token_parameter); !name.empty()) {
      schemes[name] = json::object{{"type", "apiKey"}, {"in", "query"}, {"name", name}};
    }
  }
  const json::object whole{
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", "Proxyherd"},
                            {"version", HERD_VERSION},
                            {"summary", "Where phones are, at every server of a herd."},
                            {"license", json::object{{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"paths", std::move(paths)},
      {"components", json::object{{"schemas", json::parse(open_api_schemas)},
                                  {"responses", json::object{{"Problem", problem}}},
                                  {"securitySchemes", schemes}}}};
  return json::serialize(whole) + "\n";
}

}  // namespace herd::api
