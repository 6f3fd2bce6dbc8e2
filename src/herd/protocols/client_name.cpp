#include "herd/protocols/client_name.h"

#include <algorithm>
#include <utility>

#include "herd/base/text.h"
#include "herd/protocols/phone_report.h"
#include "herd/wire/record.h"

namespace herd::protocols {

std::optional<std::string> client_as_told(const Herd& herd, std::string_view encoded) {
  if (encoded.find(encoded_percent) == std::string_view::npos || herd.locate(encoded)) return std::nullopt;
  auto as_told = decode_client(encoded);
  if (!herd.locate(as_told)) return std::nullopt;
  return as_told;
}

void append_meant(std::vector<std::string>& clients, std::string_view name) {
  if (name.empty()) return;
  if (auto client = encode_client(name); client.size() <= wire::client_bytes_max) {
    clients.push_back(std::move(client));
  }
  const bool is_id = name.size() <= wire::client_bytes_max && std::ranges::none_of(name, is_space);
  if (is_id && name.find('%') != std::string_view::npos) clients.emplace_back(name);
}

}  // namespace herd::protocols
