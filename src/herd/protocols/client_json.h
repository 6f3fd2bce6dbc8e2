#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "herd/base/time.h"
#include "herd/store/sighting.h"
#include "herd/wire/record.h"

namespace herd::protocols {

/// What some answers tell of a client beside what its record says.
struct ClientExtras {
  std::optional<Time> now = std::nullopt;           ///< POSIX ns: tells "age", the seconds since the client's time
  std::optional<double> distance_m = std::nullopt;  ///< "distance_m", to 0.1
};

/// Appends where a client is, as every door that speaks JSON tells it:
///
///     {"client":"phone-7","lat":34.068930,"lon":-118.445127,"time":1621464827.959498503,"server":"Riley",
///      "difference":0.263873386,"age":12.345678901,"distance_m":15.2,"attributes":{"accuracy_m":15,"others":{...}}}
///
/// in one line. Coordinates and time have the digits that were reported. `attributes` as wire::pack() writes them; of
/// those that are not there nothing is said. An id's bytes that are no UTF-8 become U+FFFD.
void append_client_json(std::string& out, const wire::Record& record, std::string_view attributes,
                        const ClientExtras& extras = {});

/// Appends `"lat":34.068930,"lon":-118.445127`, with the digits that were reported.
void append_json_location(std::string& out, const wire::Record& record);

/// The same as append_client_json() as a Feature of GeoJSON (RFC 7946), whose properties are all but the coordinates.
void append_client_feature(std::string& out, const wire::Record& record, std::string_view attributes,
                           const ClientExtras& extras = {});

}  // namespace herd::protocols
