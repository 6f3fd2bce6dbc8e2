#include "herd/wire/link_message.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

/// What is in a message, taken apart to its end.
struct TakeApart {
  void operator()(herd::wire::Data data) const {
    herd::wire::RecordDecoder decoder(herd::wire::RecordCoding::whole);
    while (const auto bytes = herd::wire::take_record(data.records)) {
      const auto record = decoder.decode(*bytes);
      if (!record) continue;
      // A record has one line and one coding.
      std::string line;
      herd::wire::append_line(line, *record);
      auto parsed = herd::wire::parse_record(line);
      if (parsed.has_value() == record->is_tombstone()) std::abort();
      if (!parsed) continue;
      parsed->attributes = record->attributes;
      if (parsed != record) std::abort();
    }
  }
  void operator()(herd::wire::Ack ack) const {
    while (herd::wire::take_acknowledged(ack.positions)) {
    }
  }
  void operator()(herd::wire::Ask ask) const {
    while (herd::wire::take_siblings(ask.siblings)) {
    }
  }
  void operator()(herd::wire::Reply reply) const {
    herd::wire::take_summary(reply.rest);
    while (herd::wire::take_node(reply.rest)) {
    }
  }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

/// Whatever a neighbour sends is taken apart to its end or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (;;) {
    const auto message = herd::wire::take_message(bytes);
    if (!message || !message->has_value()) return 0;
    std::visit(TakeApart{}, **message);
  }
}
