#include "herd/protocols/access.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <cstring>
#include <functional>
#include <iterator>

namespace herd::protocols {
namespace {

constexpr std::size_t bytes_per_comparison = 16;
/// In a text that is made for it memmem compares the piece at each byte, of which so many are as quick as one.
constexpr std::size_t long_piece_bytes = 64;

/// Whether `text` is what `pattern`, which has a *, says; * stands for any bytes. What is before the first * and behind
/// the last is looked at first, which settles most patterns however long the text. Each piece in between is taken where
/// it comes first, which leaves most for the others; so memmem goes over the text once, however many there are.
bool matches(std::string_view pattern, std::string_view text, std::size_t& comparisons) {
  ++comparisons;
  const auto first = pattern.find('*');
  const auto before = pattern.substr(0, first);
  const auto behind = pattern.substr(pattern.rfind('*') + 1);
  if (text.size() < before.size() + behind.size() || !text.starts_with(before) || !text.ends_with(behind)) return false;
  text = text.substr(before.size(), text.size() - before.size() - behind.size());
  pattern = pattern.substr(first, pattern.size() - first - behind.size());
  while (pattern.size() > 1) {  // from * to *
    const auto piece = pattern.substr(1, pattern.find('*', 1) - 1);
    const auto* const found = static_cast<const char*>(memmem(text.data(), text.size(), piece.data(), piece.size()));
    const auto passed = found == nullptr ? text.size() : static_cast<std::size_t>(found - text.data()) + piece.size();
    comparisons += 1 + passed * (1 + piece.size() / long_piece_bytes) / bytes_per_comparison;
    if (found == nullptr) return false;
    text.remove_prefix(passed);
    pattern.remove_prefix(1 + piece.size());
  }
  return true;
}

}  // namespace

Grant::Grant(std::vector<std::string> patterns, const std::vector<Verb>& verbs)
    : named_(std::move(patterns)), is_for_all_(std::ranges::find(named_, "*") != named_.end()) {
  std::ranges::sort(named_);
  named_.erase(std::ranges::unique(named_).begin(), named_.end());
  const auto has_star = [](const std::string& pattern) { return pattern.find('*') != std::string::npos; };
  std::ranges::copy_if(named_, std::back_inserter(patterns_), has_star);
  std::erase_if(named_, has_star);
  boost::hash_combine(fingerprint_, named_);
  boost::hash_combine(fingerprint_, patterns_);
  for (const auto verb : verbs) verbs_ |= bit(verb);
}

const std::shared_ptr<const Grant>& Grant::everything() {
  static const auto all = std::make_shared<const Grant>(
      std::vector<std::string>{"*"}, std::vector{Verb::report, Verb::read, Verb::forget, Verb::places, Verb::status});
  return all;
}

bool Grant::may(Verb verb, std::string_view client) const {
  std::size_t comparisons = 0;
  return may(verb, client, comparisons);
}

bool Grant::may(Verb verb, std::string_view client, std::size_t& comparisons) const {
  if (!may(verb)) return false;
  return is_for_all_ || std::ranges::binary_search(named_, client, std::ranges::less()) ||
         std::ranges::any_of(patterns_, [&](const auto& pattern) { return matches(pattern, client, comparisons); });
}

}  // namespace herd::protocols
