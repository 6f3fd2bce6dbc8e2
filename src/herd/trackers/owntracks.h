#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/protocols/phone_report.h"
#include "herd/store/sighting.h"

/// What the OwnTracks apps say and want to hear, over HTTP and MQTT alike: https://owntracks.org/booklet/tech/json/
namespace herd::trackers {

/// Whose payload it is, as far as its door knows.
struct OwnTracksSender {
  std::string_view user = {};  ///< these two come before all that follows
  std::string_view device = {};
  std::string_view topic = {};  ///< "owntracks/jane/phone"; comes before the topic in the payload
  std::string_view login = {};  ///< the user if nothing else names one
};

enum class OwnTracksKind : std::uint8_t {
  location,
  other  ///< nothing about where anybody is: a last will, a way point, what is encrypted ...
};

/// Reads a payload, a JSON object with a "_type", into `report`, which is cleared before. A location leaves there what
/// finish() needs: the client is "user/device", or the one of the two that is known; without a device, the tracker id
/// "tid" is one. Speeds come in km/h, times in whole POSIX seconds.
Result<OwnTracksKind> read_owntracks(std::string_view payload, const OwnTracksSender& sender,
                                     protocols::PhoneReport& report);

/// A client of the herd as OwnTracks names it. The texts are those that went into the id.
struct OwnTracksName {
  std::string user;
  std::string device;

  /// "owntracks/jane/phone"
  std::string topic() const { return "owntracks/" + user + '/' + device; }

  friend bool operator==(const OwnTracksName&, const OwnTracksName&) = default;
};

/// None unless the id has exactly one slash, and something on both sides of it.
std::optional<OwnTracksName> owntracks_name(std::string_view client);

/// Appends a payload that the apps show as the position of a friend:
/// `{"_type":"location","topic":"owntracks/jane/phone","tid":"ne","lat":...,"lon":...,"tst":...,...}`
void append_owntracks_location(std::string& out, const OwnTracksName& name, const store::Sighting& sighting);

}  // namespace herd::trackers
