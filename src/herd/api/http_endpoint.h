#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "herd/http/http_exchange.h"
#include "herd/protocols/access.h"

namespace herd::api {

struct HttpCall;

/// Something that a request says in its path, its query or its head.
struct Parameter {
  enum class In : std::uint8_t { path, query, head };
  enum class Type : std::uint8_t {
    text,
    client,   ///< an id, percent-encoded
    clients,  ///< ids with commas between them
    whole,    ///< a whole number from `min` to `max`
    number,   ///< any number from `min` to `max`
    point,    ///< "latitude,longitude"
    box       ///< "west,south,east,north"
  };

  std::string_view name;
  In in = In::query;
  Type type = Type::text;
  std::string_view description;
  std::string_view example;
  double min = 0;
  double max = 0;
  std::optional<double> otherwise = std::nullopt;  ///< what a number is if it is not said
  bool is_secret = false;                          ///< what it says is shown to nobody, whatever is wrong with it
};

/// A kind of body that a request may have.
struct BodyKind {
  std::string_view content_type;
  std::string_view schema;  ///< its name among the schemas of OpenAPI
  std::string_view example;
};

/// What an endpoint may answer if all is well.
struct AnswerKind {
  std::uint16_t status = 200;
  std::string_view description;
  std::vector<std::string_view> content_types;  ///< none: no body
  std::string_view schema = {};                 ///< its name among the schemas of OpenAPI
};

/// One row of the table that everything at the HTTP port's own paths follows from: what is answered, what is refused
/// and with which words, OpenAPI and the page for people. All texts are literals.
struct Endpoint {
  std::string_view method;
  std::string_view path;  ///< in which "{id}" stands for a client's id: "/v1/clients/{id}/places"
  std::string_view summary;
  std::string_view description;
  std::vector<Parameter> parameters;
  std::vector<protocols::Verb> verbs;  ///< what one must be allowed, all of them; none: anybody may ask
  std::vector<BodyKind> bodies;
  std::size_t body_bytes_max = 0;
  std::vector<AnswerKind> answers;
  /// Begins a request whose parameters and grant are in order. The head is valid during the call.
  std::unique_ptr<http::HttpExchange> (*begin)(HttpCall call, const http::HttpHead& head) = nullptr;
  /// Speaks as Google does: parameters are not checked before, and refusals have Google's shape.
  bool is_googles = false;

  /// The parameter that may have the token of those who cannot send an Authorization field; empty: there is none.
  std::string_view token_parameter = {};

  /// Whether it is what clients do, and not what those ask who look after the server.
  bool is_traffic() const {
    return std::ranges::any_of(verbs, [](protocols::Verb verb) { return verb != protocols::Verb::status; });
  }
};

/// "report"
std::string_view word_of(protocols::Verb verb);

/// What stands for {id} in this path, if the template fits: empty for a template without one.
std::optional<std::string_view> match_path(std::string_view path_template, std::string_view path);

}  // namespace herd::api
