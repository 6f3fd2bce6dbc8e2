#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/protocols/herd.h"
#include "herd/wire/attributes.h"

namespace herd::protocols {

/// A report as any door but the line protocol hears it: texts in, as a phone wrote them, and what the herd takes out.
/// Here, and nowhere else, their coordinates, times and ids become those of the line protocol. To be used again for the
/// next one.
class PhoneReport {
 public:
  /// Any bytes. The herd's ids have no white space: the six white-space bytes and % are percent-encoded.
  void set_client(std::string_view id);
  /// The same for an id of several parts: "user/device".
  void set_client(std::string_view user, std::string_view device);

  /// An id that has the herd's form already.
  void set_encoded_client(std::string_view client) { client_ = client; }

  /// Decimal degrees as JSON or a query has them: sign, digits, fraction, exponent. The digits are kept.
  void set_latitude(std::string_view text) { latitude_ = text; }
  void set_longitude(std::string_view text) { longitude_ = text; }
  /// "latitude,longitude"
  void set_location(std::string_view text);

  /// POSIX seconds, whose digits are kept; POSIX milliseconds, which are whole numbers from 2^31 on; or ISO 8601, also
  /// with a space for the T. Without a time a report is of now.
  void set_time(std::string_view text) { time_ = text; }

  enum class Quantity { accuracy_m, altitude_m, speed_mps, course_deg, battery_percent };

  /// A number in the unit of the quantity if it is multiplied by `factor`. No number, and a negative one that is no
  /// altitude, mean that the phone does not know.
  void set(Quantity quantity, std::string_view text, double factor = 1);
  /// Anything else that is to be kept. Left out is what a record has no room for, and all but the first of a name.
  void add_attribute(std::string_view name, std::string_view value);

  bool has_time() const { return !time_.empty(); }
  bool has_client() const { return !client_.empty(); }
  /// The id as the herd has it.
  std::string_view client() const { return client_; }
  bool has_position() const { return !latitude_.empty() || !longitude_.empty(); }

  /// To be called once all is set; `now` is when it came, POSIX ns. The report is valid until the next call of anything
  /// here. The error names what is missing or wrong, and what would be right.
  Result<Herd::Heard> finish(Time now);

  /// Forgets everything.
  void clear();

 private:
  std::string client_;
  std::string latitude_;
  std::string longitude_;
  std::string time_;
  wire::Attributes attributes_;
  std::string location_text_;
  std::string time_text_;
  std::string packed_;
};

/// The id of the herd for bytes from other doors: the six white-space bytes and % are percent-encoded.
std::string encode_client(std::string_view bytes);

/// What encode_client made of it; for an id from the line port, in which a % may stand for itself, the most likely.
std::string decode_client(std::string_view client);

}  // namespace herd::protocols
