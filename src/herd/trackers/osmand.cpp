#include "herd/trackers/osmand.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace herd::trackers {
namespace {

constexpr double mps_per_knot = 1852.0 / 3600;

}  // namespace

bool is_osmand(const std::vector<http::FormField>& fields) {
  static constexpr std::array<std::string_view, 5> names{"id", "deviceid", "lat", "lon", "location"};
  return std::ranges::any_of(
      fields, [](const http::FormField& field) { return std::ranges::find(names, field.name) != names.end(); });
}

void read_osmand(const std::vector<http::FormField>& fields, protocols::PhoneReport& report) {
  using enum protocols::PhoneReport::Quantity;
  report.clear();
  for (const auto& [name, value] : fields) {
    if (name == "id" || name == "deviceid") {
      report.set_client(value);
    } else if (name == "lat") {
      report.set_latitude(value);
    } else if (name == "lon") {
      report.set_longitude(value);
    } else if (name == "location") {
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
