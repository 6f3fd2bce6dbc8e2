#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "herd/api/http_endpoint.h"
#include "herd/base/result.h"
#include "herd/geo/cell_grid.h"
#include "herd/geo/location.h"

namespace herd::api {

/// What a request says for an endpoint's parameters in path and query.
class HttpArguments {
 public:
  /// The error names the parameter, what was said and what is right. `id`: what stands in the path for {id}.
  static Result<HttpArguments> read(const Endpoint& endpoint, std::string_view id, std::string_view query);

  /// Of the path, as the herd has it; empty if the path has none.
  const std::string& client() const { return client_; }
  void set_client(std::string client) { client_ = std::move(client); }

  /// Null: it was not said. Of clients, all ids that are meant (append_meant()).
  const std::string* text(std::string_view name) const { return find<std::string>(name); }
  const geo::Location* point(std::string_view name) const { return find<geo::Location>(name); }
  const geo::Box* box(std::string_view name) const { return find<geo::Box>(name); }
  const std::vector<std::string>* clients(std::string_view name) const { return find<std::vector<std::string>>(name); }
  bool has(std::string_view name) const { return value(name) != nullptr; }

  /// What was said, or else what holds then.
  double number(std::string_view name) const;

 private:
  using Value = std::variant<std::string, double, geo::Location, geo::Box, std::vector<std::string>>;

  Result<void> take(std::string_view name, std::string_view text);
  static Result<Value> parse(const Parameter& parameter, std::string_view text);
  const Value* value(std::string_view name) const;
  template <class T>
  const T* find(std::string_view name) const {
    return std::get_if<T>(value(name));
  }

  const Endpoint* endpoint_ = nullptr;
  std::string client_;
  std::vector<std::pair<std::string_view, Value>> values_;  // by the names of the table
};

}  // namespace herd::api
