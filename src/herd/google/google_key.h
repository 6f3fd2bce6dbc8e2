#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "herd/base/result.h"

namespace herd::google {

/// A key of Google's: whoever has it asks at its owner's expense. It goes to Google and nowhere else, so nothing here
/// gives its text back or prints it.
class GoogleKey {
 public:
  static constexpr std::size_t bytes_max = 256;

  /// The first line of `text` without the white space around it: 1 to 256 letters, digits, '-', '.', '_' and '~', which
  /// a URL takes as they are. The error does not repeat the text.
  static Result<GoogleKey> parse(std::string_view text);

  /// Appends it to the target of a request, which is a secret from then on.
  void append_to_target(std::string& target) const { target += text_; }

  /// `text` with "[key]" wherever the key stood in it.
  std::string struck_out(std::string text) const;

  friend bool operator==(const GoogleKey&, const GoogleKey&) = default;
  friend std::ostream& operator<<(std::ostream&, const GoogleKey&) = delete;

 private:
  explicit GoogleKey(std::string_view text) : text_(text) {}

  std::string text_;
};

}  // namespace herd::google
