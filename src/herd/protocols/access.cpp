#include "herd/protocols/access.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace herd::protocols {
namespace {

/// Whether `text` is what `pattern` says, in which * stands for any bytes. What is before the first * and behind the
/// last is looked at first, which settles most patterns however long the text. In between it goes back to the last *
/// only, which is enough and takes no longer than pattern times text.
bool matches(std::string_view pattern, std::string_view text) {
  const auto first = pattern.find('*');
  if (first == std::string_view::npos) return pattern == text;
  const auto last = pattern.rfind('*');
  const auto before = pattern.substr(0, first);
  const auto behind = pattern.substr(last + 1);
  if (text.size() < before.size() + behind.size() || !text.starts_with(before) || !text.ends_with(behind)) return false;
  text = text.substr(before.size(), text.size() - before.size() - behind.size());
  pattern = pattern.substr(first, last - first + 1);
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = 0;
  std::size_t taken = 0;  // by that *
  while (t < text.size() && p + 1 < pattern.size()) {
    if (pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (pattern[p] == text[t]) {
      ++p;
      ++t;
    } else {
      p = star + 1;
      t = ++taken;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

Grant::Grant(std::vector<std::string> patterns, const std::vector<Verb>& verbs)
    : named_(std::move(patterns)), is_for_all_(std::ranges::find(named_, "*") != named_.end()) {
  std::ranges::sort(named_);
  named_.erase(std::ranges::unique(named_).begin(), named_.end());
  const auto has_star = [](const std::string& pattern) { return pattern.find('*') != std::string::npos; };
  std::ranges::copy_if(named_, std::back_inserter(patterns_), has_star);
  std::erase_if(named_, has_star);
  for (const auto verb : verbs) verbs_ |= bit(verb);
}

const std::shared_ptr<const Grant>& Grant::everything() {
  static const auto all = std::make_shared<const Grant>(
      std::vector<std::string>{"*"}, std::vector{Verb::report, Verb::read, Verb::forget, Verb::places, Verb::status});
  return all;
}

bool Grant::may(Verb verb, std::string_view client) const {
  if (!may(verb)) return false;
  return is_for_all_ || std::ranges::binary_search(named_, client, std::ranges::less()) ||
         std::ranges::any_of(patterns_, [client](const auto& pattern) { return matches(pattern, client); });
}

}  // namespace herd::protocols
