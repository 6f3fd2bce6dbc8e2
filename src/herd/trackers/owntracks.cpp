#include "herd/trackers/owntracks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "herd/base/json_leaves.h"
#include "herd/base/json_text.h"
#include "herd/base/text.h"
#include "herd/protocols/client_json.h"
#include "herd/trackers/text_members.h"
#include "herd/wire/attributes.h"

namespace herd::trackers {
namespace {

constexpr double kmh_per_mps = 3.6;
constexpr std::size_t tracker_id_characters = 2;
/// Of what else a location may have, what others may care for. The rest is long, or of the phone alone.
constexpr std::array<std::string_view, 5> kept{"tid", "t", "conn", "bs", "vac"};

struct Topic {
  std::string_view user;
  std::string_view device;
};

/// Of "owntracks/jane/phone", or of "owntracks/jane/phone/event"; another first part will do if there are three.
Topic split_topic(std::string_view topic) {
  const auto first = topic.find('/');
  if (first == std::string_view::npos) return {};
  const auto is_owntracks = topic.substr(0, first) == "owntracks";
  topic.remove_prefix(first + 1);
  const auto second = topic.find('/');
  if (second == std::string_view::npos) return {};
  const auto device = topic.substr(second + 1);
  const auto third = device.find('/');
  if (third != std::string_view::npos && !is_owntracks) return {};
  return {topic.substr(0, second), device.substr(0, third)};
}

std::string_view first_of(std::initializer_list<std::string_view> texts) {
  const auto* const found = std::ranges::find_if(texts, [](std::string_view text) { return !text.empty(); });
  return found == texts.end() ? std::string_view() : *found;
}

void name_client(protocols::PhoneReport& report, const OwnTracksSender& sender, std::string_view own_topic,
                 std::string_view tracker_id) {
  const auto by_topic = split_topic(sender.topic);
  const auto by_own_topic = split_topic(own_topic);
  const auto user = first_of({sender.user, by_topic.user, by_own_topic.user, sender.login});
  const auto device = first_of({sender.device, by_topic.device, by_own_topic.device, tracker_id});
  if (user.empty() || device.empty()) {
    report.set_client(first_of({user, device}));
  } else {
    report.set_client(user, device);
  }
}

std::string_view last_characters(std::string_view text, std::size_t count) {
  const auto is_inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  auto at = text.size();
  for (std::size_t taken = 0; at > 0 && taken < count; ++taken) {
    for (--at; at > 0 && is_inside(at);) --at;
  }
  return text.substr(at);
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  (out += ',') += name;
  out += ':';
  append_json_string(out, value);
}

/// As the apps write numbers: whole.
void append_member(std::string& out, std::string_view name, const std::optional<double>& value, double factor = 1) {
  if (!value) return;
  (out += ',') += name;
  out += ':';
  append_number(out, std::int64_t{std::llround(*value * factor)});
}

}  // namespace

Result<OwnTracksKind> read_owntracks(std::string_view payload, const OwnTracksSender& sender,
                                     protocols::PhoneReport& report) {
  report.clear();
  std::string type;
  std::string topic;
  std::string tracker_id;
  TextMembers ids{"topic", "tid"};
  const auto take = [&](const JsonLeaf& leaf) {
    using enum protocols::PhoneReport::Quantity;
    ids.look(leaf);
    if (leaf.kind == JsonLeaf::Kind::null) return;
    if (leaf.path == "_type") type = leaf.text;
    if (leaf.path == "topic") topic = leaf.text;
    if (leaf.path == "tid") tracker_id = leaf.text;
    if (leaf.path == "lat") report.set_latitude(leaf.text);
    if (leaf.path == "lon") report.set_longitude(leaf.text);
    if (leaf.path == "tst") report.set_time(leaf.text);
    if (leaf.path == "acc") report.set(accuracy_m, leaf.text);
    if (leaf.path == "alt") report.set(altitude_m, leaf.text);
    if (leaf.path == "vel") report.set(speed_mps, leaf.text, 1 / kmh_per_mps);
    if (leaf.path == "cog") report.set(course_deg, leaf.text);
    if (leaf.path == "batt") report.set(battery_percent, leaf.text);
    if (std::ranges::find(kept, leaf.path) != kept.end()) report.add_attribute(leaf.path, leaf.text);
  };
  const auto read = read_json(payload, take, [&ids](const JsonBranch& branch) { ids.look(branch); });
  if (!read) return read.error();
  if (type.empty()) return Error{R"(there is no "_type", which every payload of OwnTracks has)"};
  if (type != "location") {
    report.clear();
    return OwnTracksKind::other;
  }
  if (ids.error()) return *ids.error();
  name_client(report, sender, topic, tracker_id);
  return OwnTracksKind::location;
}

std::optional<OwnTracksName> owntracks_name(std::string_view client) {
  const auto slash = client.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == client.size()) return std::nullopt;
  if (client.find('/', slash + 1) != std::string_view::npos) return std::nullopt;
  return OwnTracksName{protocols::decode_client(client.substr(0, slash)),
                       protocols::decode_client(client.substr(slash + 1))};
}

void append_owntracks_location(std::string& out, const OwnTracksName& name, const store::Sighting& sighting) {
  const auto record = sighting.record();
  const auto attributes = wire::unpack_attributes(sighting.attributes).value_or(wire::Attributes());
  out += R"({"_type":"location")";
  append_member(out, R"("topic")", name.topic());
  const auto said = std::ranges::find(attributes.others, "tid", &std::pair<std::string, std::string>::first);
  const bool is_said = said != attributes.others.end();
  append_member(out, R"("tid")",
                is_said ? std::string_view(said->second) : last_characters(name.device, tracker_id_characters));
  out += ',';
  protocols::append_json_location(out, record);
  out += R"(,"tst":)";
  append_number(out, std::int64_t{record.client_time / second});
  append_member(out, R"("acc")", attributes.accuracy_m);
  append_member(out, R"("alt")", attributes.altitude_m);
  append_member(out, R"("vel")", attributes.speed_mps, kmh_per_mps);
  append_member(out, R"("cog")", attributes.course_deg);
  append_member(out, R"("batt")", attributes.battery_percent);
  out += '}';
}

}  // namespace herd::trackers
