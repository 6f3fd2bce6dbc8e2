#include "herd/google/google_answer.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "herd/base/json_elements.h"
#include "herd/base/text.h"

namespace herd::google {

namespace json = boost::json;

namespace {

constexpr std::size_t message_bytes_max = 200;
constexpr std::size_t status_bytes_max = 40;

/// Runs of newlines become one, white space at the end goes. In JSON they stand between tokens only.
std::string without_empty_lines(std::string text) {
  const auto is_second = [](char a, char b) { return a == '\n' && b == '\n'; };
  const auto surplus = std::ranges::unique(text, is_second);
  text.erase(surplus.begin(), surplus.end());
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

const json::value* member(const json::value* of, std::string_view name) {
  const auto* object = of == nullptr ? nullptr : of->if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::optional<std::int32_t> degrees_e7(const json::value* degrees, double max) {
  if (degrees == nullptr || !degrees->is_number()) return std::nullopt;
  const auto number = degrees->to_number<double>();
  if (!(std::abs(number) <= max)) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(number * 1e7));
}

std::optional<geo::Location> location_of(const json::value& result) {
  const auto* location = member(member(&result, "geometry"), "location");
  const auto latitude = degrees_e7(member(location, "lat"), 90);
  const auto longitude = degrees_e7(member(location, "lng"), 180);
  if (!latitude || !longitude) return std::nullopt;
  return geo::Location{*latitude, *longitude};
}

std::string_view text_of(const json::value* value) {
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

GoogleFailure trouble(std::string reason) {
  return {GoogleFailure::Kind::trouble, std::move(reason)};
}

GoogleFailure failure_of_status(std::string_view status, std::string_view error_message, const GoogleKey& key) {
  using Kind = GoogleFailure::Kind;
  auto kind = Kind::trouble;
  std::string reason;
  if (status == "REQUEST_DENIED") {
    kind = Kind::refused;
    reason = "refuses the key";
  } else if (status == "OVER_QUERY_LIMIT" || status == "OVER_DAILY_LIMIT") {
    kind = Kind::refused;
    reason = "says that the key's quota is used up";
  } else if (status == "INVALID_REQUEST") {
    kind = Kind::invalid;
    reason = "finds the question invalid";
  } else if (status == "UNKNOWN_ERROR") {
    reason = "had an error of its own";
  } else {
    reason = "answered with a status that is not known";
  }
  reason += " (";
  append_printable(reason, key.struck_out(std::string(status)), status_bytes_max);
  reason += ')';
  std::string detail;
  if (!error_message.empty()) {
    detail = ": ";
    append_printable(detail, key.struck_out(std::string(error_message)), message_bytes_max);
  }
  return {kind, std::move(reason), std::move(detail)};
}

GoogleFailure failure_of_http(int status) {
  const bool refuses = status == 401 || status == 403 || status == 429;
  return {refuses ? GoogleFailure::Kind::refused : GoogleFailure::Kind::trouble,
          "answered with HTTP status " + std::to_string(status)};
}

void append_member(std::string& out, const json::key_value_pair& entry) {
  out += "   ";
  out += json::serialize(json::string(entry.key()));
  out += ": ";
  out += json::serialize(entry.value());
}

}  // namespace

/// Takes the text apart that the answers to queries are put together from.
class GoogleAnswerReader {
 public:
  explicit GoogleAnswerReader(std::string text) { answer_->text_ = std::move(text); }

  /// Null if its results cannot be told one from another. `content` is what the text says.
  std::shared_ptr<const GoogleAnswer> read(const json::object& content) {
    answer_->says_zero_ = text_of(content.if_contains("status")) == "ZERO_RESULTS";
    note_members(content);
    const auto& results = content.at("results").get_array();
    answer_->result_count_ = results.size();
    JsonElements elements("results", answer_->text_.size());
    elements.push(answer_->text_);
    elements.finish();
    for (const auto& result : results) {
      const auto element = elements.next();
      if (!element || !*element || !(*element)->in_array) return nullptr;
      const auto begin = static_cast<std::size_t>((*element)->at);
      if (const auto location = location_of(result)) {
        answer_->results_.push_back({begin, begin + (*element)->text.size(), *location});
      }
    }
    const auto no_more = elements.next();
    if (!no_more || *no_more) return nullptr;  // "results" came twice
    return std::move(answer_);
  }

 private:
  void note_members(const json::object& content) {
    bool is_before = true;
    for (const auto& entry : content) {
      const std::string_view name(entry.key().data(), entry.key().size());
      if (name == "results") {
        is_before = false;
      } else if (name != "status" && name != "next_page_token") {
        if (!is_before) answer_->after_ += ",\n";
        append_member(is_before ? answer_->before_ : answer_->after_, entry);
        if (is_before) answer_->before_ += ",\n";
      }
    }
  }

  std::shared_ptr<GoogleAnswer> answer_ = std::make_shared<GoogleAnswer>();
};

std::string GoogleAnswer::nearby_search(const places::NearbyQuery& query) const {
  std::vector<const Result*> told;
  for (const auto& result : results_) {
    if (told.size() == query.limit) break;
    if (geo::distance_m(query.center, result.location) <= query.radius_m) told.push_back(&result);
  }
  if (told.size() == result_count_ && told.empty() == says_zero_) return text_;

  std::string out = "{\n" + before_ + R"(   "results": [)";
  for (const auto* result : told) {
    out += result == told.front() ? "\n      " : ",\n      ";
    out.append(text_, result->begin, result->end - result->begin);
  }
  out += told.empty() ? "]" : "\n   ]";
  out += after_;
  out += told.empty() ? ",\n   \"status\": \"ZERO_RESULTS\"\n}" : ",\n   \"status\": \"OK\"\n}";
  return out;
}

std::size_t GoogleAnswer::bytes() const {
  return sizeof *this + text_.capacity() + before_.capacity() + after_.capacity() +
         results_.capacity() * sizeof(Result);
}

GoogleOutcome read_google_answer(int http_status, std::string body, const GoogleKey& key) {
  if (http_status != 200) return failure_of_http(http_status);
  auto text = without_empty_lines(key.struck_out(std::move(body)));
  boost::system::error_code error;
  const auto content = json::parse(text, error);
  if (error == json::error::incomplete) return trouble("answered with JSON that is cut off");
  const auto* object = error ? nullptr : content.if_object();
  if (object == nullptr) return trouble("answered with something that is no JSON object");
  const auto status = text_of(object->if_contains("status"));
  if (status.empty()) return trouble("answered with JSON that has no status");
  if (status != "OK" && status != "ZERO_RESULTS") {
    return failure_of_status(status, text_of(object->if_contains("error_message")), key);
  }
  const auto* results = object->if_contains("results");
  if (results == nullptr || !results->is_array()) return trouble("answered with JSON that has no results");
  if (auto answer = GoogleAnswerReader(std::move(text)).read(*object)) return answer;
  return trouble("answered with JSON whose results cannot be told apart");
}

}  // namespace herd::google
