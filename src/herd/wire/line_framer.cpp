#include "herd/wire/line_framer.h"

namespace herd::wire {

void LineFramer::push(std::string_view bytes) {
  if (rest_.empty()) {
    rest_ = bytes;
  } else {
    keep();
    const auto given_out = kept_.size() - rest_.size();
    kept_.append(bytes);
    rest_ = std::string_view(kept_).substr(given_out);
  }
}

LineFramer::Next LineFramer::next(std::string_view& line) {
  const auto end = rest_.find('\n', scanned_);
  const bool whole = end != std::string_view::npos || (ended_ && !rest_.empty());
  line = rest_.substr(0, end);
  if (line.size() > line_bytes_max_) {
    rest_ = {};
    scanned_ = 0;
    return Next::too_long;
  }
  if (!whole) {
    scanned_ = rest_.size();
    return Next::incomplete;
  }
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  scanned_ = 0;
  return Next::line;
}

void LineFramer::keep() {
  const bool is_kept = rest_.data() >= kept_.data() && rest_.data() < kept_.data() + kept_.size();
  if (rest_.empty()) {
    // An idle connection keeps no memory.
    std::string().swap(kept_);
    rest_ = {};
  } else if (!is_kept) {
    kept_.assign(rest_);
    rest_ = kept_;
  } else if (const auto given_out = kept_.size() - rest_.size(); given_out >= rest_.size()) {
    // Not sooner: a turn that gives out one line would move all that wait behind it.
    kept_.erase(0, given_out);
    rest_ = kept_;
  }
}

}  // namespace herd::wire
