#include "herd/api/report_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "herd/base/json_leaves.h"
#include "herd/base/nearest_name.h"
#include "herd/base/text.h"
#include "herd/base/utf8.h"

namespace herd::api {
namespace {

using Quantity = protocols::PhoneReport::Quantity;

struct NamedQuantity {
  std::string_view name;
  Quantity quantity;
};
constexpr std::array quantities{
    NamedQuantity{"accuracy_m", Quantity::accuracy_m}, NamedQuantity{"altitude_m", Quantity::altitude_m},
    NamedQuantity{"speed_mps", Quantity::speed_mps}, NamedQuantity{"course_deg", Quantity::course_deg},
    NamedQuantity{"battery_percent", Quantity::battery_percent}};

/// What a GET tells of a client that its report does not decide.
constexpr std::array<std::string_view, 4> passed_over{"server", "difference", "age", "distance_m"};

/// What others call these, which is too far from our names for a slip.
constexpr auto aliases = std::to_array<std::pair<std::string_view, std::string_view>>({{"latitude", "lat"},
                                                                                       {"longitude", "lon"},
                                                                                       {"long", "lon"},
                                                                                       {"lng", "lon"},
                                                                                       {"timestamp", "time"},
                                                                                       {"tst", "time"},
                                                                                       {"id", "client"},
                                                                                       {"device", "client"},
                                                                                       {"device_id", "client"},
                                                                                       {"accuracy", "accuracy_m"},
                                                                                       {"acc", "accuracy_m"},
                                                                                       {"altitude", "altitude_m"},
                                                                                       {"alt", "altitude_m"},
                                                                                       {"speed", "speed_mps"},
                                                                                       {"velocity", "speed_mps"},
                                                                                       {"course", "course_deg"},
                                                                                       {"bearing", "course_deg"},
                                                                                       {"heading", "course_deg"},
                                                                                       {"battery", "battery_percent"},
                                                                                       {"batt", "battery_percent"}});

/// Members in which there are others.
constexpr std::string_view attributes = "attributes";
constexpr std::string_view others = "others";

/// What is behind "attributes." if it begins so, else all.
std::string_view without_attributes(std::string_view path) {
  const bool is_inside = path.starts_with(attributes) && path.substr(attributes.size()).starts_with('.');
  return is_inside ? path.substr(attributes.size() + 1) : path;
}

std::string unknown_member(std::string_view path) {
  static const std::vector<std::string> names{"client",          "lat",        "lon",       "time",
                                              "accuracy_m",      "altitude_m", "speed_mps", "course_deg",
                                              "battery_percent", "others"};
  const auto name = without_attributes(path);
  const auto* const alias =
      std::ranges::find_if(aliases, [name](const auto& each) { return equal_ignoring_case(each.first, name); });
  return "a report has no member " + in_quotes(path) + "; " +
         did_you_mean(alias == aliases.end() ? name : alias->second, names);
}

bool is_of_others(std::string_view name) {
  return name.starts_with(others) && name.substr(others.size()).starts_with('.');
}

/// Some write their numbers as texts.
bool is_number(const JsonLeaf& leaf) {
  if (leaf.kind != JsonLeaf::Kind::string) return leaf.kind == JsonLeaf::Kind::number;
  const auto number = parse_number(leaf.text);
  return number && std::isfinite(*number);
}

/// Puts the leaves of one report where they belong.
class Taker {
 public:
  Taker(protocols::PhoneReport& report, std::string_view client) : report_(report), client_(client) {}

  void take(const JsonLeaf& leaf) {
    if (leaf.kind == JsonLeaf::Kind::null) return;
    const auto path = leaf.path;
    const auto name = without_attributes(path);
    if (is_of_others(name)) return report_.add_attribute(name.substr(others.size() + 1), leaf.text);
    if (path == "lat") return report_.set_latitude(leaf.text);
    if (path == "lon") return report_.set_longitude(leaf.text);
    if (path == "time") return report_.set_time(leaf.text);
    if (path == "client" && leaf.kind != JsonLeaf::Kind::boolean) return take_client(leaf.text);
    const auto* const known = std::ranges::find(quantities, name, &NamedQuantity::name);
    if (known != quantities.end() && is_number(leaf)) {
      return report_.set(known->quantity, leaf.text);
    }
    complain(path, in_quotes(leaf.text));
  }

  void take(const JsonBranch& branch) {
    const auto name = without_attributes(branch.path);
    const bool has_members = branch.path.empty() || branch.path == attributes || name == others;
    if (is_of_others(name) || (has_members && !branch.is_array)) return;
    // What the text itself is its reader says.
    if (!branch.path.empty()) complain(branch.path, branch.is_array ? "an array" : "an object");
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  void take_client(std::string_view id) {
    if (client_.empty()) return report_.set_client(id);
    if (protocols::encode_client(id) == client_ || id == client_) return;
    complain("the body is of the client " + in_quotes(id) + ", the path of " + in_quotes(client_) +
             "; leave the former out");
  }

  /// A member is what it must not be.
  void complain(std::string_view path, const std::string& what) {
    const auto name = without_attributes(path);
    std::string remedy;
    if (path == "client") {
      remedy = "a text";
    } else if (path == "time") {
      remedy = "a number or a text";
    } else if (path == "lat" || path == "lon") {
      remedy = "a number";
    } else if (std::ranges::find(quantities, name, &NamedQuantity::name) != quantities.end()) {
      remedy = "a number, or be left out";
    } else if (path == attributes || name == others) {
      remedy = "an object of names and values";
    } else if (std::ranges::find(passed_over, path) == passed_over.end()) {
      return complain(unknown_member(path));
    } else {
      return;
    }
    complain(std::string(path) + " is " + what + "; it must be " + remedy);
  }

  void complain(std::string message) {
    if (!error_) error_ = Error{std::move(message)};
  }

  protocols::PhoneReport& report_;
  std::string_view client_;
  std::optional<Error> error_;
};

}  // namespace

Result<protocols::Herd::Heard> ReportReader::read(std::string_view text, std::string_view client, Time now) {
  if (trim(text).empty()) return Error{R"(the body is empty; a report is a JSON object: {"lat":34,"lon":-118})"};
  report_.clear();
  Taker taker(report_, client);
  const auto read = read_json(
      text, [&taker](const JsonLeaf& leaf) { taker.take(leaf); },
      [&taker](const JsonBranch& branch) { taker.take(branch); });
  if (!read) return is_utf8(text) ? read.error() : Error{"no JSON: there are bytes that are no UTF-8"};
  if (trim(text).front() != '{')
    return Error{R"(a report must be a JSON object: {"client":"phone-7","lat":34,"lon":-118})"};
  if (taker.error()) return *taker.error();
  if (!client.empty()) report_.set_encoded_client(client);
  return report_.finish(now);
}

}  // namespace herd::api
