#include "herd/wire/link_message.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Whatever a neighbour sends is taken apart to its end or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (;;) {
    const auto message = herd::wire::take_message(bytes);
    if (!message || !message->has_value()) return 0;
    if (const auto* received = std::get_if<herd::wire::Data>(&**message)) {
      auto records = received->records;
      while (herd::wire::take_record(records)) {
      }
    } else if (const auto* ack = std::get_if<herd::wire::Ack>(&**message)) {
      auto positions = ack->positions;
      while (herd::wire::take_acknowledged(positions)) {
      }
    }
  }
}
