#include "herd/wire/command.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "herd/wire/record.h"

/// A client command of any bytes is parsed or refused; what is accepted keeps to the bounds of the protocol.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto command = herd::wire::parse_command(line);
  if (const auto* iamat = std::get_if<herd::wire::Iamat>(&command)) {
    if (iamat->client.empty() || iamat->client.size() > herd::wire::client_bytes_max || iamat->client_time < 0)
      std::abort();
  } else if (const auto* whatsat = std::get_if<herd::wire::Whatsat>(&command)) {
    if (whatsat->radius_m > 50'000 || whatsat->bound > herd::wire::bound_max) std::abort();
  }
  if (const auto record = herd::wire::parse_record(line)) {
    std::string written;
    herd::wire::append_line(written, *record);
    if (written != line || !herd::wire::is_valid(*record)) std::abort();
  }
  return 0;
}
