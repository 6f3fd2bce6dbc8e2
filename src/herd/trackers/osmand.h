#pragma once

#include <vector>

#include "herd/http/form_fields.h"
#include "herd/protocols/phone_report.h"

namespace herd::trackers {

/// Whether these are fields of OsmAnd's kind: one is there that says whose position it is or where.
bool is_osmand(const std::vector<http::FormField>& fields);

/// Reads fields as OsmAnd, the older Traccar Client, GPSLogger and others send them into `report`, which is cleared
/// before: id or deviceid, lat or latitude and lon, lng or longitude, or location=lat,lon, timestamp, speed (knots),
/// speed_mps, bearing or heading, altitude, accuracy and batt; all others become attributes. Without a position they
/// say only that the phone is alive: has_position() is false.
void read_osmand(const std::vector<http::FormField>& fields, protocols::PhoneReport& report);

}  // namespace herd::trackers
