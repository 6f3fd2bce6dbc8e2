#include "herd/live/live_request.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "herd/base/json_leaves.h"
#include "herd/base/text.h"
#include "herd/protocols/client_name.h"
#include "herd/wire/decimal.h"

namespace herd::live {
namespace {

constexpr double radius_m_otherwise = 1000;
/// Half around the Earth, and a little more.
constexpr double radius_m_max = 20'100'000;

/// The leaves of a request, by what they belong to. Their order is that of the text.
struct Request {
  std::vector<std::string> near;
  std::vector<std::string> box;
  std::optional<std::string> radius;
  protocols::LiveSubscription::Clients clients;
  bool is_client_wrong = false;
  std::string wrong;

  void take(const JsonLeaf& leaf) {
    const auto name = leaf.path.substr(0, leaf.path.find('.'));
    const bool is_in_list = name.size() < leaf.path.size() && leaf.path.find('.', name.size() + 1) == std::string::npos;
    const bool is_number = leaf.kind == JsonLeaf::Kind::number;
    if (name == "near" && is_in_list && is_number) {
      near.emplace_back(leaf.text);
    } else if (name == "bbox" && is_in_list && is_number) {
      box.emplace_back(leaf.text);
    } else if (leaf.path == "radius" && is_number) {
      radius = leaf.text;
    } else if (name == "clients" && is_in_list && leaf.kind == JsonLeaf::Kind::string) {
      const auto before = clients.size();
      protocols::append_meant(clients, leaf.text);
      is_client_wrong = is_client_wrong || clients.size() == before;
    } else if (wrong.empty()) {
      const bool is_known = name == "near" || name == "bbox" || name == "radius" || name == "clients";
      wrong = is_known ? leaf.path : name;
    }
  }
};

std::optional<geo::Location> parse_point(std::string_view latitude, std::string_view longitude) {
  std::string text;
  if (!wire::append_signed_decimal(text, latitude) || !wire::append_signed_decimal(text, longitude))
    return std::nullopt;
  return geo::parse_iso6709(text);
}

std::optional<double> parse_radius(std::string_view text) {
  const auto radius = parse_number(text);
  const bool is_right = radius && *radius >= 0 && *radius <= radius_m_max;
  return is_right ? radius : std::nullopt;
}

}  // namespace

Result<decltype(protocols::LiveSubscription::wanted)> parse_live_request(std::string_view json) {
  using Wanted = decltype(protocols::LiveSubscription::wanted);
  Request request;
  if (auto read = read_json(json, [&](const JsonLeaf& leaf) { request.take(leaf); }); !read) return read.error();
  if (!request.wrong.empty()) {
    return Error{in_quotes(request.wrong) +
                 R"( is not understood; say {"near":[lat,lon],"radius":m} or {"bbox":[west,south,east,north]} or )"
                 R"({"clients":["id"]})"};
  }
  const auto ways = (request.near.empty() ? 0 : 1) + (request.box.empty() ? 0 : 1) +
                    (request.clients.empty() && !request.is_client_wrong ? 0 : 1);
  if (ways != 1) return Error{R"(say whom to follow, in one way: "near" or "bbox" or "clients")"};
  if (request.radius && request.near.empty()) return Error{R"("radius" belongs to "near"; leave it out)"};

  if (!request.near.empty()) {
    const auto center = request.near.size() == 2 ? parse_point(request.near[0], request.near[1]) : std::nullopt;
    if (!center) return Error{R"("near" must be [latitude,longitude] in degrees: [34.0689,-118.4451])"};
    const auto radius = request.radius ? parse_radius(*request.radius) : radius_m_otherwise;
    if (!radius) return Error{R"("radius" must be a number of metres from 0 to 20100000)"};
    return Wanted(protocols::LiveSubscription::Circle{*center, *radius});
  }
  if (!request.box.empty()) {
    const auto& box = request.box;
    const auto south_west = box.size() == 4 ? parse_point(box[1], box[0]) : std::nullopt;
    const auto north_east = box.size() == 4 ? parse_point(box[3], box[2]) : std::nullopt;
    if (!south_west || !north_east || south_west->latitude_e7 > north_east->latitude_e7) {
      return Error{R"("bbox" must be [west,south,east,north] in degrees, south below north: [-118.5,34,-118.4,34.1])"};
    }
    return Wanted(geo::Box{*south_west, *north_east});
  }
  if (request.is_client_wrong) return Error{R"("clients" must be ids of 1 to 4096 bytes)"};
  return Wanted(std::move(request.clients));
}

}  // namespace herd::live
