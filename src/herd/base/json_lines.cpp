#include "herd/base/json_lines.h"

#include <algorithm>
#include <utility>

#include "herd/base/text.h"

namespace herd {
namespace {

// That some editors begin a file with.
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

void JsonLines::push(std::string_view bytes) {
  buffer_.erase(0, begin_);
  scan_ -= begin_;
  begin_ = 0;
  buffer_ += bytes;
}

std::optional<JsonLines::Line> JsonLines::next() {
  for (;;) {
    const auto end = std::min(buffer_.find('\n', scan_), buffer_.size());
    const bool is_last = end == buffer_.size();
    too_large_ = too_large_ || end - begin_ > line_bytes_max_;
    if (is_last && (!finished_ || (begin_ == end && !too_large_))) {
      scan_ = end;
      if (too_large_) begin_ = end;
      return std::nullopt;
    }
    Line line{.text = {}, .line = line_++, .too_large = std::exchange(too_large_, false)};
    if (!line.too_large) line.text = trim(std::string_view(buffer_).substr(begin_, end - begin_));
    if (line.line == 1 && line.text.starts_with(byte_order_mark)) {
      line.text = trim(line.text.substr(byte_order_mark.size()));
    }
    begin_ = scan_ = is_last ? end : end + 1;
    if (line.too_large || !line.text.empty()) return line;
  }
}

}  // namespace herd
