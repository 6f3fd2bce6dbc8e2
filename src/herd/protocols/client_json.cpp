#include "herd/protocols/client_json.h"

#include <array>
#include <utility>

#include "herd/base/json_text.h"
#include "herd/base/plain_number.h"
#include "herd/base/text.h"
#include "herd/geo/location.h"
#include "herd/wire/attributes.h"
#include "herd/wire/posix_time.h"

namespace herd::protocols {
namespace {

/// A number that ISO 6709 or the line protocol wrote: JSON has no plus sign, no leading zeros and no dot at the end.
void append_json_number(std::string& out, std::string_view text) {
  if (text.front() == '-') out += '-';
  if (!is_digit(text.front())) text.remove_prefix(1);
  while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.remove_prefix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  out += text;
}

void append_span(std::string& out, Duration span) {
  std::string text;  // 20 bytes
  wire::append_difference(text, span);
  append_json_number(out, text);
}

/// Its two numbers, with the sign of each.
struct LocationTexts {
  explicit LocationTexts(const wire::Record& record) {
    if (record.style.is_verbatim()) {
      text = record.verbatim_location;
    } else {
      geo::append_iso6709(text, {record.location, record.style.location()});
    }
    longitude_at = text.find_first_of("+-", 1);
  }

  std::string_view latitude() const { return std::string_view(text).substr(0, longitude_at); }
  std::string_view longitude() const { return std::string_view(text).substr(longitude_at); }

  std::string text;
  std::size_t longitude_at = 0;
};

void append_time(std::string& out, const wire::Record& record) {
  std::string text;
  if (record.style.is_verbatim()) {
    text = record.verbatim_time;
  } else {
    wire::append_posix_time(text, {record.client_time, record.style.time()});
  }
  append_json_number(out, text);
}

void append_attributes(std::string& out, const wire::Attributes& attributes) {
  struct Quantity {
    std::string_view name;
    std::optional<double> wire::Attributes::* member;
    int fraction_digits;
  };
  static constexpr std::array quantities{
      Quantity{"accuracy_m", &wire::Attributes::accuracy_m, 1},
      Quantity{"altitude_m", &wire::Attributes::altitude_m, 1},
      Quantity{"speed_mps", &wire::Attributes::speed_mps, 2},
      Quantity{"course_deg", &wire::Attributes::course_deg, 1},
      Quantity{"battery_percent", &wire::Attributes::battery_percent, 1},
  };
  out += R"(,"attributes":)";
  char before = '{';
  for (const auto& [name, member, fraction_digits] : quantities) {
    const auto& value = attributes.*member;
    if (!value) continue;
    out += std::exchange(before, ',');
    ((out += '"') += name) += "\":";
    append_plain(out, *value, fraction_digits);
  }
  if (!attributes.others.empty()) {
    out += std::exchange(before, ',');
    out += R"("others":)";
    char before_other = '{';
    for (const auto& [name, value] : attributes.others) {
      out += std::exchange(before_other, ',');
      append_json_string(out, name);
      out += ':';
      append_json_string(out, value);
    }
    out += '}';
  }
  out += '}';
}

/// From the time on: what a Feature has too, and in the same order.
void append_rest(std::string& out, const wire::Record& record, std::string_view attributes,
                 const ClientExtras& extras) {
  out += R"("time":)";
  append_time(out, record);
  out += R"(,"server":)";
  append_json_string(out, record.server);
  out += R"(,"difference":)";
  append_span(out, record.heard_at - record.client_time);
  if (extras.now) {
    out += R"(,"age":)";
    append_span(out, *extras.now - record.client_time);
  }
  if (extras.distance_m) {
    out += R"(,"distance_m":)";
    append_plain(out, *extras.distance_m, 1);
  }
  if (attributes.empty()) return;
  if (const auto unpacked = wire::unpack_attributes(attributes)) append_attributes(out, *unpacked);
}

}  // namespace

void append_json_location(std::string& out, const wire::Record& record) {
  const LocationTexts location(record);
  out += R"("lat":)";
  append_json_number(out, location.latitude());
  out += R"(,"lon":)";
  append_json_number(out, location.longitude());
}

void append_client_json(std::string& out, const wire::Record& record, std::string_view attributes,
                        const ClientExtras& extras) {
  out += R"({"client":)";
  append_json_string(out, record.client);
  out += ',';
  append_json_location(out, record);
  out += ',';
  append_rest(out, record, attributes, extras);
  out += '}';
}

void append_client_feature(std::string& out, const wire::Record& record, std::string_view attributes,
                           const ClientExtras& extras) {
  const LocationTexts location(record);
  out += R"({"type":"Feature","geometry":{"type":"Point","coordinates":[)";
  append_json_number(out, location.longitude());
  out += ',';
  append_json_number(out, location.latitude());
  out += R"(]},"properties":{"client":)";
  append_json_string(out, record.client);
  out += ',';
  append_rest(out, record, attributes, extras);
  out += "}}";
}

}  // namespace herd::protocols
