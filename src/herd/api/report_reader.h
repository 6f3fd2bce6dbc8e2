#pragma once

#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/protocols/phone_report.h"

namespace herd::api {

/// Reads a report in the API's own JSON:
///
///     {"client":"phone-7","lat":34.068930,"lon":-118.445127,"time":1621464827.959498503,"accuracy_m":15}
///
/// with any of accuracy_m, altitude_m, speed_mps, course_deg and battery_percent, and "others":{"name":"value"}, beside
/// the coordinates or in "attributes". So what append_client_json() wrote is a report too; what the server alone knows
/// is passed over. To be used again for the next one.
class ReportReader {
 public:
  /// `client`: the id, in the herd's form, that the report is of whether it says so or not; empty: it must say. The
  /// report is valid until the next call. The error names what is wrong and what would be right.
  Result<protocols::Herd::Heard> read(std::string_view text, std::string_view client, Time now);

 private:
  protocols::PhoneReport report_;
};

}  // namespace herd::api
