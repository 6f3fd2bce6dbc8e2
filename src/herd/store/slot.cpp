#include "herd/store/slot.h"

#include <algorithm>
#include <memory>

namespace herd::store {

void Slot::write(const wire::Record& record, ServerNames::Number server, Neighbor from) {
  client_time_ = record.client_time;
  heard_at_ = record.heard_at;
  location_ = record.location;
  known_by_ = {.taught_by = from};
  style_ = record.style;
  server_ = server;
  if (is_outside()) {
    outside()->location = record.verbatim_location;
    outside()->time = record.verbatim_time;
    outside()->attributes = record.attributes;
  } else if (record.client.size() > inline_client_bytes || record.style.is_verbatim() || !record.attributes.empty()) {
    const auto* const block = new Outside{std::string(record.client), std::string(record.verbatim_location),
                                          std::string(record.verbatim_time), std::string(record.attributes)};
    rest_[0] = static_cast<char>(outside_mark);
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): rest_ owns it, which the destructor knows
    std::ranges::copy(std::bit_cast<std::array<char, pointer_bytes>>(block), rest_.begin() + pointer_at);
  } else if (rest_[0] == 0) {
    rest_[0] = static_cast<char>(record.client.size());
    std::ranges::copy(record.client, rest_.data() + 1);
  }
}

void Slot::clear() {
  std::destroy_at(this);
  std::construct_at(this);
  style_ = wire::RecordStyle::tombstone();
}

wire::Record Slot::record(const ServerNames& names) const {
  wire::Record record{names[server_], client(), location_, client_time_, heard_at_, style_, {}, {}, attributes()};
  if (style_.is_verbatim()) {
    record.verbatim_location = outside()->location;
    record.verbatim_time = outside()->time;
  }
  return record;
}

}  // namespace herd::store
