#include "herd/trackers/osmand.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace herd::trackers {
namespace {

constexpr double mps_per_knot = 1852.0 / 3600;

using Names = std::initializer_list<std::string_view>;
constexpr Names ids{"id", "deviceid"};
constexpr Names latitudes{"lat", "latitude"};
constexpr Names longitudes{"lon", "lng", "longitude"};
constexpr std::string_view location = "location";

bool is_one_of(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool is_osmand(const std::vector<http::FormField>& fields) {
  return std::ranges::any_of(fields, [](const http::FormField& field) {
    return is_one_of(ids, field.name) || is_one_of(latitudes, field.name) || is_one_of(longitudes, field.name) ||
           field.name == location;
  });
}

void read_osmand(const std::vector<http::FormField>& fields, protocols::PhoneReport& report) {
  using enum protocols::PhoneReport::Quantity;
  report.clear();
  for (const auto& [name, value] : fields) {
    if (is_one_of(ids, name)) {
      report.set_client(value);
    } else if (is_one_of(latitudes, name)) {
      report.set_latitude(value);
    } else if (is_one_of(longitudes, name)) {
      report.set_longitude(value);
    } else if (name == location) {
      report.set_location(value);
    } else if (name == "timestamp") {
      report.set_time(value);
    } else if (name == "speed") {
      report.set(speed_mps, value, mps_per_knot);
    } else if (name == "speed_mps") {
      report.set(speed_mps, value);
    } else if (name == "bearing" || name == "heading") {
      report.set(course_deg, value);
    } else if (name == "altitude") {
      report.set(altitude_m, value);
    } else if (name == "accuracy") {
      report.set(accuracy_m, value);
    } else if (name == "batt") {
      report.set(battery_percent, value);
    } else {
      report.add_attribute(name, value);
    }
  }
}

}  // namespace herd::trackers
