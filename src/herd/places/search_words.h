#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "herd/places/place.h"

namespace herd::places {

/// Appends `text` as searches compare it: in lower case and without accents, so that "CAFE" is "Café". Latin letters up
/// to U+017F, Greek and Cyrillic ones; all other characters stay what they are.
void append_folded(std::string& out, std::string_view text);

/// The words of a keyword search, between spaces.
class SearchWords {
 public:
  explicit SearchWords(std::string_view keyword);

  bool empty() const { return words_.empty(); }

  /// Whether each word is in the place's names or vicinity, perhaps as a part of one there, or begins one of its types.
  bool match(const PlaceView& place) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace herd::places
