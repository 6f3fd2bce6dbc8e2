#include "herd/protocols/phone_report.h"

#include <algorithm>
#include <charconv>

#include "herd/base/text.h"
#include "herd/geo/location.h"
#include "herd/wire/decimal.h"
#include "herd/wire/timestamp.h"

namespace herd::protocols {
namespace {

/// What is packed of a name and a value beside them takes 3 bytes, so no record has room for more.
constexpr std::size_t others_max = wire::attributes_bytes_max / 5;
constexpr std::string_view hex = "0123456789ABCDEF";

void append_encoded(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    if (is_space(c) || c == '%') {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
}

Error wrong_coordinate(std::string_view name, std::string_view text, int max) {
  return {std::string(name) + " is " + (text.empty() ? std::string("missing") : in_quotes(text)) +
          "; it must be a number of degrees from -" + std::to_string(max) + " to " + std::to_string(max)};
}

}  // namespace

std::string encode_client(std::string_view bytes) {
  std::string client;
  append_encoded(client, bytes);
  return client;
}

std::string decode_client(std::string_view client) {
  std::string bytes;
  for (std::size_t i = 0; i < client.size(); ++i) {
    unsigned char byte = 0;
    const auto* const digits = client.data() + i + 1;
    if (client[i] == '%' && i + 2 < client.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      const auto c = static_cast<char>(byte);
      if (is_space(c) || c == '%') {
        bytes += c;
        i += 2;
        continue;
      }
    }
    bytes += client[i];
  }
  return bytes;
}

void PhoneReport::set_client(std::string_view id) {
  client_.clear();
  append_encoded(client_, id);
}

void PhoneReport::set_client(std::string_view user, std::string_view device) {
  set_client(user);
  client_ += '/';
  append_encoded(client_, device);
}

void PhoneReport::set_location(std::string_view text) {
  const auto comma = text.find(',');
  latitude_ = trim(text.substr(0, comma));
  longitude_ = comma == std::string_view::npos ? std::string_view() : trim(text.substr(comma + 1));
}

void PhoneReport::set(Quantity quantity, std::string_view text, double factor) {
  const auto number = parse_number(text);
  if (!number) return;
  if (*number < 0 && quantity != Quantity::altitude_m) return;
  const auto value = *number * factor;
  switch (quantity) {
    case Quantity::accuracy_m:
      attributes_.accuracy_m = value;
      break;
    case Quantity::altitude_m:
      attributes_.altitude_m = value;
      break;
    case Quantity::speed_mps:
      attributes_.speed_mps = value;
      break;
    case Quantity::course_deg:
      attributes_.course_deg = value;
      break;
    case Quantity::battery_percent:
      attributes_.battery_percent = value;
      break;
  }
}

void PhoneReport::add_attribute(std::string_view name, std::string_view value) {
  auto& others = attributes_.others;
  if (name.empty() || value.empty() || name.size() + value.size() > wire::attributes_bytes_max) return;
  if (others.size() == others_max ||
      std::ranges::find(others, name, &decltype(wire::Attributes::others)::value_type::first) != others.end())
    return;
  others.emplace_back(name, value);
}

Result<Herd::Heard> PhoneReport::finish(Time now) {
  if (client_.empty()) return Error{"the client id is missing or empty"};
  if (client_.size() > wire::client_bytes_max) {
    return Error{"the client id has " + std::to_string(client_.size()) + " bytes; " +
                 std::to_string(wire::client_bytes_max) + " are the most"};
  }
  Herd::Heard heard;
  location_text_.clear();
  if (!wire::append_signed_decimal(location_text_, latitude_) || !geo::parse_iso6709(location_text_ + "+0")) {
    return wrong_coordinate("the latitude", latitude_, 90);
  }
  if (!wire::append_signed_decimal(location_text_, longitude_))
    return wrong_coordinate("the longitude", longitude_, 180);
  const auto location = geo::parse_written_iso6709(location_text_);
  if (!location) return wrong_coordinate("the longitude", longitude_, 180);

  time_text_.clear();
  if (time_.empty()) {
    wire::append_timestamp(time_text_, now);
  } else if (!wire::append_timestamp(time_text_, time_)) {
    return Error{"the time is " + in_quotes(time_) +
                 "; it must be POSIX seconds (1621464827.5), milliseconds, or ISO 8601 (2021-05-19T22:53:47.5Z)"};
  }
  const auto time = wire::parse_written_posix_time(time_text_);
  if (!time) return Error{"the time is " + in_quotes(time_) + ", which is before 1970 or after 2262"};

  packed_ = wire::pack(attributes_);
  heard.report = {client_, location_text_, time_text_, location->location, time->time, location->style, time->style};
  heard.attributes = packed_;
  return heard;
}

void PhoneReport::clear() {
  client_.clear();
  latitude_.clear();
  longitude_.clear();
  time_.clear();
  attributes_ = {};
}

}  // namespace herd::protocols
