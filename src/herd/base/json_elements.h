#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "herd/base/result.h"

namespace herd {

/// One value cut out of a JSON text, as it was written: nothing in it is parsed, so nothing in it is checked.
struct JsonElement {
  std::string_view text;   ///< valid until the next push() into what it came from; empty if `too_large`
  std::uint64_t at = 0;    ///< offset of its first byte
  std::uint64_t line = 0;  ///< the line of its first byte, counted from 1
  bool in_array = false;   ///< an element of the wanted array; otherwise a whole value, which has no such array
  bool too_large = false;  ///< it has more bytes than wanted, which were passed over

  friend bool operator==(const JsonElement&, const JsonElement&) = default;
};

/// Splits the elements of one array from the JSON around it: from `{"type":"FeatureCollection","features":[...]}` the
/// features, whatever the length of the whole. Bytes go in as they come, elements come out whole.
///
/// The input is any number of values, with white space or the record separators of RFC 8142 between them; a value that
/// is no object with the wanted member, or whose member is no array, comes out itself. The member's name is compared as
/// it is written, so it cannot be recognised by escapes.
///
/// Holds one element and what was pushed last, and of an element that is too large nothing.
class JsonElements {
 public:
  /// `member` is the name of the array in the value that has it: "features".
  JsonElements(std::string_view member, std::size_t element_bytes_max);

  void push(std::string_view bytes);
  /// No more bytes will come.
  void finish() { finished_ = true; }

  /// The next value; none if more bytes are needed or, after finish(), if there is none. An error is what is no JSON
  /// around the elements, or an end inside a value; line() is where, and asking again gives it again.
  Result<std::optional<JsonElement>> next();

  /// How many bytes are held.
  std::size_t held_bytes() const { return buffer_.size(); }

  /// The line of the first byte that was not looked at yet, counted from 1.
  std::uint64_t line() const { return line_; }

  /// The offset of the bracket that ends the wanted array, if it was met: of the last one, if there are several.
  std::optional<std::uint64_t> array_end() const { return array_end_; }

 private:
  using Taken = Result<std::optional<JsonElement>>;
  enum class Expected { value, first_key, key, colon, member, comma, first_element, element, element_comma };
  enum class Inside { nothing, scalar, string, nested, nested_string };

  bool pass_white_space();
  bool pass_value();
  bool pass_mark(char mark);
  bool begin_value(char first);
  void keep();
  void end_array();
  Result<void> step(char next);
  Taken end_of_value();
  Taken end_of_bytes();
  JsonElement take(bool in_array);

  std::string member_;  // with its quotes
  std::size_t element_bytes_max_;

  std::string buffer_;
  std::size_t scan_ = 0;                  // in buffer_: everything before was looked at
  std::size_t keep_ = std::string::npos;  // in buffer_: where the value begins that will come out; npos: none
  std::size_t key_ =
      std::string::npos;       // in buffer_: where the key begins that is being read; npos: none, or a long one
  std::uint64_t dropped_ = 0;  // bytes that were before buffer_
  std::uint64_t line_ = 1;
  bool finished_ = false;

  Expected expected_ = Expected::value;  // what comes next, or what the scan is inside of
  Inside inside_ = Inside::nothing;
  std::size_t depth_ = 0;  // of brackets in a nested value
  bool escaped_ = false;   // the byte before began an escape
  bool wanted_ = false;    // the last key was the array's
  bool split_ = false;     // the value around has the array, so it does not come out itself

  std::uint64_t value_at_ = 0;  // of the value that will come out
  std::uint64_t value_line_ = 0;
  std::optional<std::uint64_t> array_end_;
};

}  // namespace herd
