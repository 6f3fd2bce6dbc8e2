#include "herd/wire/timestamp.h"

#include <algorithm>
#include <limits>

#include "herd/base/text.h"
#include "herd/wire/decimal.h"
#include "herd/wire/iso8601.h"
#include "herd/wire/posix_time.h"

namespace herd::wire {
namespace {

constexpr unsigned nanosecond_digits = 9;

}  // namespace

void append_timestamp(std::string& out, Time time) {
  append_number(out, time / second);
  auto nanoseconds = std::to_string(time % second);
  if (time % second == 0) return;
  nanoseconds.insert(0, nanosecond_digits - nanoseconds.size(), '0');
  nanoseconds.resize(nanoseconds.find_last_not_of('0') + 1);
  (out += '.') += nanoseconds;
}

bool append_timestamp(std::string& out, std::string_view text) {
  std::string plain;
  if (text.find_first_of("eE") != std::string_view::npos) {
    if (!append_signed_decimal(plain, text) || plain.front() == '-') return false;
    text = std::string_view(plain).substr(1);
  }
  const auto whole = parse_whole(text, std::numeric_limits<std::int64_t>::max() / millisecond);
  if (whole && *whole >= milliseconds_from) {
    append_timestamp(out, static_cast<Time>(*whole) * millisecond);
    return true;
  }
  if (parse_written_posix_time(text)) {
    out += text;
    return true;
  }
  const auto time = parse_iso8601(text);
  if (!time || *time < 0) return false;
  append_timestamp(out, *time);
  return true;
}

}  // namespace herd::wire
