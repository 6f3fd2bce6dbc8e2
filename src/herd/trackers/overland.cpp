#include "herd/trackers/overland.h"

#include "herd/base/json_elements.h"
#include "herd/base/json_leaves.h"
#include "herd/trackers/text_members.h"

namespace herd::trackers {
namespace {

constexpr std::string_view properties = "properties.";
constexpr double percent = 100;

}  // namespace

std::optional<OverlandBatch> OverlandBatch::find(std::string_view body) {
  JsonElements elements("locations", body.size());
  elements.push(body);
  elements.finish();
  std::optional<std::uint64_t> begin;  // of the first element, or of the end of the array
  while (true) {
    const auto element = elements.next();
    if (element && *element && (*element)->in_array) begin = begin.value_or((*element)->at);
    if (!element || !*element || !(*element)->in_array) break;
  }
  const auto end = elements.array_end();
  if (!begin && !end) return std::nullopt;
  OverlandDevice device;
  TextMembers ids{"device_id"};
  if (end) {
    auto around = std::string(body.substr(0, begin.value_or(*end)));
    around += body.substr(*end);
    const auto take = [&](const JsonLeaf& leaf) {
      ids.look(leaf);
      if (leaf.path == "device_id" && leaf.kind != JsonLeaf::Kind::null) device.id = leaf.text;
    };
    const auto read = read_json(around, take, [&ids](const JsonBranch& branch) { ids.look(branch); });
    static_cast<void>(read);  // what is wrong with it for_each() will say
  }
  if (ids.error()) device = {"", ids.error()};
  return OverlandBatch(body, std::move(device));
}

Result<void> OverlandBatch::for_each(const std::function<void(std::string_view point)>& on_point) const {
  JsonElements elements("locations", body_.size());
  elements.push(body_);
  elements.finish();
  while (true) {
    const auto element = elements.next();
    if (!element) {
      return Error{"the batch breaks off in line " + std::to_string(elements.line()) + ": " + element.error().message};
    }
    if (!*element) return {};
    if ((*element)->in_array) on_point((*element)->text);
  }
}

Result<void> read_overland(std::string_view point, const OverlandDevice& device, protocols::PhoneReport& report) {
  report.clear();
  report.set_client(device.id);
  TextMembers ids{"properties.device_id"};
  std::string altitude;
  bool is_altitude_known = true;
  bool is_time_known = false;
  const auto take = [&](const JsonLeaf& leaf) {
    using enum protocols::PhoneReport::Quantity;
    ids.look(leaf);
    if (leaf.kind == JsonLeaf::Kind::null) return;
    if (leaf.path == "geometry.coordinates.0") report.set_longitude(leaf.text);
    if (leaf.path == "geometry.coordinates.1") report.set_latitude(leaf.text);
    if (!leaf.path.starts_with(properties)) return;
    const auto name = leaf.path.substr(properties.size());
    if (name == "device_id" && !leaf.text.empty()) report.set_client(leaf.text);
    if (name == "timestamp") {
      report.set_time(leaf.text);
      is_time_known = !leaf.text.empty();
    }
    if (name == "horizontal_accuracy") report.set(accuracy_m, leaf.text);
    if (name == "altitude") altitude = leaf.text;
    if (name == "vertical_accuracy") is_altitude_known = !leaf.text.starts_with('-');
    if (name == "speed") report.set(speed_mps, leaf.text);
    if (name == "course") report.set(course_deg, leaf.text);
    if (name == "battery_level") report.set(battery_percent, leaf.text, percent);
    if (name == "battery_state") report.add_attribute("battery_state", leaf.text);
    if (name == "motion.0") report.add_attribute("motion", leaf.text);
  };
  const auto read = read_json(point, take, [&ids](const JsonBranch& branch) { ids.look(branch); });
  if (!read) return read.error();
  if (ids.error()) return *ids.error();
  if (device.wrong && !report.has_client()) return *device.wrong;
  if (is_altitude_known) report.set(protocols::PhoneReport::Quantity::altitude_m, altitude);
  // Other points of the batch are of other times: that it is of now cannot be meant.
  if (!is_time_known) return Error{R"(the "timestamp" is missing)"};
  return {};
}

}  // namespace herd::trackers
