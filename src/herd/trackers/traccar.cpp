#include "herd/trackers/traccar.h"

#include <algorithm>
#include <array>
#include <utility>

#include "herd/base/json_leaves.h"
#include "herd/trackers/text_members.h"

namespace herd::trackers {
namespace {

constexpr std::string_view location = "location.";
constexpr double percent = 100;
/// What else is kept, and its name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kept{{{"event", "event"},
                                                                             {"activity.type", "activity"},
                                                                             {"is_moving", "is_moving"},
                                                                             {"odometer", "odometer"},
                                                                             {"battery.is_charging", "is_charging"}}};

}  // namespace

Result<void> read_traccar(std::string_view body, protocols::PhoneReport& report) {
  report.clear();
  TextMembers ids{"device_id"};
  const auto take = [&](const JsonLeaf& leaf) {
    using enum protocols::PhoneReport::Quantity;
    ids.look(leaf);
    if (leaf.kind == JsonLeaf::Kind::null || ids.error()) return;
    if (leaf.path == "device_id") report.set_client(leaf.text);
    if (!leaf.path.starts_with(location)) return;
    const auto path = leaf.path.substr(location.size());
    if (path == "timestamp") report.set_time(leaf.text);
    if (path == "coords.latitude") report.set_latitude(leaf.text);
    if (path == "coords.longitude") report.set_longitude(leaf.text);
    if (path == "coords.accuracy") report.set(accuracy_m, leaf.text);
    if (path == "coords.altitude") report.set(altitude_m, leaf.text);
    if (path == "coords.speed") report.set(speed_mps, leaf.text);
    if (path == "coords.heading") report.set(course_deg, leaf.text);
    if (path == "battery.level") report.set(battery_percent, leaf.text, percent);
    const auto* const other = std::ranges::find(kept, path, &decltype(kept)::value_type::first);
    if (other != kept.end()) report.add_attribute(other->second, leaf.text);
  };
  bool are_many = false;
  auto read = read_json(body, take, [&](const JsonBranch& branch) {
    ids.look(branch);
    are_many |= branch.is_array && branch.path == "location";
  });
  if (read && ids.error()) return *ids.error();
  if (read && are_many) return Error{"\"location\" is an array; it must be one location"};
  return read;
}

}  // namespace herd::trackers
