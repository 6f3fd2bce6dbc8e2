#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herd {

/// Splits NDJSON, a JSON text in each line, into its lines, so that what is broken in one cannot take others with it.
/// Lines that are empty or blank are passed over. Bytes go in as they come, lines come out whole, without the white
/// space around them, the first without a byte-order mark. Holds one line and what was pushed last, and of a line that
/// is too large nothing.
class JsonLines {
 public:
  struct Line {
    std::string_view text;   ///< valid until the next push(); empty if `too_large`
    std::uint64_t line = 0;  ///< counted from 1
    bool too_large = false;  ///< it has more bytes than wanted, which were passed over
  };

  explicit JsonLines(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  void push(std::string_view bytes);
  /// No more bytes will come: what is behind the last LF is a line, too.
  void finish() { finished_ = true; }

  /// The next line; none if more bytes are needed or, after finish(), if there is none.
  std::optional<Line> next();

 private:
  std::size_t line_bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;   // in buffer_: of the line that is next
  std::size_t scan_ = 0;    // in buffer_: no LF from begin_ to here
  std::uint64_t line_ = 1;  // of begin_
  bool too_large_ = false;  // so is this line, of which all before begin_ was passed over
  bool finished_ = false;
};

}  // namespace herd
