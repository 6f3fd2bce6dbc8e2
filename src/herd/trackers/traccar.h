#pragma once

#include <string_view>

#include "herd/base/result.h"
#include "herd/protocols/phone_report.h"

namespace herd::trackers {

/// Reads what the current Traccar Client sends into `report`, which is cleared before:
/// `{"location":{"timestamp":...,"coords":{"latitude":...,"longitude":...,...},...},"device_id":"48241179"}`. Speeds
/// are in m/s, and -1 is unknown. Without "coords" it says only that the phone is alive: has_position() is false.
Result<void> read_traccar(std::string_view body, protocols::PhoneReport& report);

}  // namespace herd::trackers
