#pragma once

#include <cmath>
#include <cstdio>
#include <string>

#include "herd/protocols/phone_report.h"
#include "herd/wire/attributes.h"

namespace herd::protocols {

/// Attributes as one reads them: "accuracy 15, speed 3.09, tid=JJ".
inline std::string attributes_text(std::string_view packed) {
  const auto attributes = wire::unpack_attributes(packed);
  if (!attributes) return "no attributes";
  std::string out;
  const auto begin = [&out](std::string_view name) { (out += out.empty() ? "" : ", ") += name; };
  const auto append = [&](std::string_view name, const std::optional<double>& value) {
    if (!value) return;
    begin(name);
    const auto hundredths = std::llround(*value * 100);
    out += ' ' + std::to_string(hundredths / 100);
    if (hundredths % 100 != 0) out += '.' + std::to_string(std::abs(hundredths % 100) + 100).substr(1);
  };
  append("accuracy", attributes->accuracy_m);
  append("altitude", attributes->altitude_m);
  append("speed", attributes->speed_mps);
  append("course", attributes->course_deg);
  append("battery", attributes->battery_percent);
  for (const auto& [name, value] : attributes->others) {
    begin(name);
    out += '=' + value;
  }
  return out;
}

/// A report as one reads it: "phone +1+2 1551874878 [accuracy 15]", or what is wrong.
inline std::string heard_text(PhoneReport& report, Time now) {
  const auto heard = report.finish(now);
  if (!heard) return heard.error().message;
  return std::string(heard->report.client) + ' ' + std::string(heard->report.location) + ' ' +
         std::string(heard->report.time) + " [" + attributes_text(heard->attributes) + ']';
}

}  // namespace herd::protocols
