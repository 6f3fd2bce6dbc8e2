#include "herd/flood/link.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "herd/wire/record.h"

namespace {

class SilentLog : public herd::TrafficLog {
 public:
  SilentLog() : TrafficLog(0) {}

 private:
  void write(Direction, std::string_view, std::string_view) override {}
};

constexpr std::size_t partitions = 2;
constexpr std::size_t written_max = 256 * 1024;

std::string hello() {
  herd::wire::Hello hello;
  hello.herd = "fuzz";
  hello.server = "Jaquez";
  hello.epoch = 2;
  hello.ahead_max = herd::wire::ahead_max;
  hello.held.resize(partitions);
  std::string bytes;
  herd::wire::append_message(bytes, hello);
  return bytes;
}

}  // namespace

/// Whatever a neighbour says after its hello, in whatever pieces, the link goes on or says why it ends; it never
/// writes much more than a batch at once, and never loses a client, unless by a tombstone.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SilentLog log;
  const herd::flood::Identity self{"fuzz", "Riley", 1};
  herd::store::RecordStore store("fuzz", partitions, 1,
                                 {.ring_entries = 8, .walk_after_changes = 4, .records_per_leaf = 1});
  for (int i = 0; i < 20; ++i) {
    const auto line = "AT Riley +0.000000001 c" + std::to_string(i) + " +1.5-2.5 5";
    herd::store::RecordStore::Offer offer{*herd::wire::parse_record(line)};
    store.report({&offer, 1});
  }
  herd::flood::Link link(self, "Jaquez", store, log, {});

  herd::Time now = herd::second;
  link.connect(now);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  auto received = link.receive(now, hello());
  while (received) {
    std::string written;
    link.write(now, written);
    if (written.size() > written_max) std::abort();
    if (rest.empty()) break;
    // The first byte of each piece is its length.
    const auto length = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    received = link.receive(now, rest.substr(0, length));
    rest.remove_prefix(std::min<std::size_t>(length, rest.size()));
    now += 20 * herd::millisecond;
  }
  if (!received && received.error().message.empty()) std::abort();
  link.disconnect();
  if (store.clients() + store.tombstones() < 20) std::abort();
  return 0;
}
