#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace herd::wire {

/// Cuts a stream of bytes into lines ended by LF, without copying those that came whole.
///
/// A turn is: push() what was read, next() until it says `incomplete` (or the caller has had enough), keep().
class LineFramer {
 public:
  /// A line, its LF not counted, may be at most `line_bytes_max` bytes.
  explicit LineFramer(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  enum class Next {
    line,        ///< here is a line, without its LF
    incomplete,  ///< no whole line is left
    too_long,    ///< here is the beginning of a line over the limit; what follows it is lost
  };

  /// Adds bytes; they must stay valid until keep() or the end of the framer.
  void push(std::string_view bytes);

  /// No more bytes will come: a last line without LF counts as a line.
  void end() { ended_ = true; }

  /// Gives the next line; the view is valid until push() or keep().
  Next next(std::string_view& line);

  /// Takes over a copy of what next() has not given out yet; the pushed bytes may go away.
  void keep();

 private:
  std::size_t line_bytes_max_;
  bool ended_ = false;
  std::string kept_;
  std::string_view rest_;    // not given out yet: points into the pushed bytes or into kept_
  std::size_t scanned_ = 0;  // that many bytes of rest_ hold no LF
};

}  // namespace herd::wire
