#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/protocols/phone_report.h"

namespace herd::trackers {

/// A "device_id".
struct OverlandDevice {
  std::string id = {};              ///< empty: it is missing, or of no use
  std::optional<Error> wrong = {};  ///< why it is of no use
};

/// A batch of Overland: `{"locations":[GeoJSON Feature, ...]}`, cut into its points. Each is read on its own, so that a
/// broken one leaves the others as they are.
class OverlandBatch {
 public:
  /// None unless the text is an object with an array "locations" and has the whole of its first point, or its end;
  /// what comes after may be broken. `body` outlives what is returned.
  static std::optional<OverlandBatch> find(std::string_view body);

  /// Beside the points, as only some of the apps that speak this way have it.
  const OverlandDevice& device() const { return device_; }

  /// Calls `on_point` for each point, in their order. The error is where the batch itself breaks off, after those
  /// before it.
  Result<void> for_each(const std::function<void(std::string_view point)>& on_point) const;

 private:
  OverlandBatch(std::string_view body, OverlandDevice device) : body_(body), device_(std::move(device)) {}

  std::string_view body_;
  OverlandDevice device_;
};

/// Reads a point into `report`, which is cleared before. Coordinates come as longitude, latitude; speeds in m/s; what
/// is negative is unknown. Its client is its own "device_id", or `device` if that is empty or missing.
Result<void> read_overland(std::string_view point, const OverlandDevice& device, protocols::PhoneReport& report);

}  // namespace herd::trackers
