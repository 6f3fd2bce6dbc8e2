#include "herd/google/google_key.h"

#include "herd/base/text.h"

namespace herd::google {

namespace {

constexpr std::string_view mark = "[key]";

}  // namespace

Result<GoogleKey> GoogleKey::parse(std::string_view text) {
  const auto key = trim(text.substr(0, text.find('\n')));
  if (key.empty()) return Error{"holds no key in its first line; put the key there that Google's console shows"};
  if (key.size() > bytes_max) {
    return Error{"holds " + std::to_string(key.size()) + " bytes in its first line, and a key has at most " +
                 std::to_string(bytes_max) + "; put the key there, alone"};
  }
  if (!is_plain(key, "-._~")) {
    return Error{
        "holds something in its first line that no key has; put the key there, alone: letters, digits, - and _"};
  }
  return GoogleKey(key);
}

std::string GoogleKey::struck_out(std::string text) const {
  for (auto at = text.find(text_); at != std::string::npos; at = text.find(text_, at + mark.size())) {
    text.replace(at, text_.size(), mark);
  }
  return text;
}

}  // namespace herd::google
