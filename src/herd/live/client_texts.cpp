#include "herd/live/client_texts.h"

#include "herd/base/json_text.h"
#include "herd/protocols/client_json.h"

namespace herd::live {
namespace {

/// In the JSON of a client, before the string of its id.
constexpr std::size_t before_name = std::string_view(R"({"client":)").size();

std::size_t size_of_json_string(std::string_view text) {
  std::size_t at = 1;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

}  // namespace

void ClientTexts::put(Id id, const store::Partition::Held& held) {
  if (young_.text.size() > bytes_max / 2) age();
  auto& text = young_.text;
  Place place{text.size(), 0, 0};
  if (held.is_tombstone()) {
    append_json_string(text, held.client());
    place.name_size = static_cast<std::uint32_t>(text.size() - place.begin);
  } else {
    protocols::append_client_json(text, held.record(), held.attributes());
    place.json_size = static_cast<std::uint32_t>(text.size() - place.begin);
    place.name_size =
        static_cast<std::uint32_t>(size_of_json_string(std::string_view(text).substr(place.begin + before_name)));
  }
  young_.places.insert_or_assign(id, place);
}

void ClientTexts::drop(Id id) {
  young_.places.erase(id);
  old_.places.erase(id);
}

std::optional<ClientTexts::Text> ClientTexts::find(Id id) const {
  auto text = find(young_, id);
  return text ? text : find(old_, id);
}

std::optional<ClientTexts::Text> ClientTexts::find(const Generation& generation, Id id) {
  const auto found = generation.places.find(id);
  if (found == generation.places.end()) return std::nullopt;
  const auto& place = found->second;
  const auto text = std::string_view(generation.text).substr(place.begin);
  if (place.json_size == 0) return Text{{}, text.substr(0, place.name_size)};
  return Text{text.substr(0, place.json_size), text.substr(before_name, place.name_size)};
}

void ClientTexts::sweep(Duration now) {
  if (now - aged_at_ < kept_max / 2) return;
  aged_at_ = now;
  age();
}

void ClientTexts::age() {
  std::swap(old_, young_);
  // What a burst took is given back.
  if (young_.text.size() < young_.text.capacity() / 4) young_ = {};
  young_.text.clear();
  young_.places.clear();
}

}  // namespace herd::live
