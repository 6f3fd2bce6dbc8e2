#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "herd/net/http_parser.h"

namespace {

using herd::net::HttpParser;

constexpr std::size_t body_bytes_max = 1000;

/// What a parser makes of the bytes, given `piece` of them at a time: heads, bodies, ends and a refusal's status.
std::string made_of(std::string_view bytes, std::size_t piece) {
  HttpParser parser;
  std::string made;
  std::string waiting;
  std::size_t body_bytes = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    waiting.append(bytes.substr(at, piece));
    std::string_view input = waiting;
    for (bool goes_on = true; goes_on;) {
      switch (parser.next(input)) {
        case HttpParser::Found::more:
          goes_on = false;
          break;
        case HttpParser::Found::head:
          if (parser.target().size() > HttpParser::target_bytes_max) std::abort();
          if (parser.fields().size() > HttpParser::fields_max) std::abort();
          made.append("\nhead ").append(parser.method()).append(" ").append(parser.target());
          for (const auto& [name, value] : parser.fields()) made.append(" ").append(name).append("=").append(value);
          made += parser.keeps_alive() ? " stays\n" : " goes\n";
          parser.set_body_bytes_max(body_bytes_max);
          body_bytes = 0;
          break;
        case HttpParser::Found::body:
          body_bytes += parser.body().size();
          // Its owner looks at the length that is said.
          if (!parser.content_length() && body_bytes > body_bytes_max) std::abort();
          made += parser.body();
          break;
        case HttpParser::Found::end:
          made += "\nend";
          parser.reset();
          break;
        case HttpParser::Found::refusal:
          if (parser.refusal().detail.empty()) std::abort();
          return made + "\nrefused " + std::to_string(parser.refusal().status);
      }
    }
    waiting.erase(0, waiting.size() - input.size());
    if (waiting.size() > HttpParser::head_bytes_max + piece) std::abort();
  }
  return made;
}

}  // namespace

/// Whatever a client says, it is requests of bounded size, the same ones however the bytes are cut, or is refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte is how long the pieces are.
  const std::size_t piece = data[0] + std::size_t{1};
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto whole = made_of(bytes, bytes.size() + 1);
  const auto cut = made_of(bytes, piece);
  // What comes first of two mistakes may depend on the cut; that there is one does not.
  const auto before_refusal = [](const std::string& made) { return made.substr(0, made.rfind("\nrefused ")); };
  const bool is_same =
      whole == cut || (whole.find("\nrefused ") != std::string::npos && before_refusal(whole) == before_refusal(cut));
  if (!is_same) std::abort();
  return 0;
}
