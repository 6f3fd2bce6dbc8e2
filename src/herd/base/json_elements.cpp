#include "herd/base/json_elements.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace herd {
namespace {

constexpr auto nowhere = std::string::npos;
constexpr std::string_view white_space = " \t\r\n";
// Between whole values also the record separator and the three bytes of the mark that some editors begin a file with.
constexpr std::string_view between_values = " \t\r\n\x1e\xef\xbb\xbf";
constexpr std::string_view ends_of_scalar = " \t\r\n\x1e,:]}";

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

}  // namespace

JsonElements::JsonElements(std::string_view member, std::size_t element_bytes_max)
    : member_('"' + std::string(member) + '"'), element_bytes_max_(element_bytes_max) {}

void JsonElements::push(std::string_view bytes) {
  assert(!finished_);
  const auto wanted = std::min({scan_, keep_, key_});
  buffer_.erase(0, wanted);
  dropped_ += wanted;
  scan_ -= wanted;
  if (keep_ != nowhere) keep_ -= wanted;
  if (key_ != nowhere) key_ -= wanted;
  buffer_ += bytes;
}

JsonElements::Taken JsonElements::next() {
  while (true) {
    if (inside_ != Inside::nothing) {
      if (!pass_value()) return end_of_bytes();
      if (auto taken = end_of_value(); !taken || *taken) return taken;
    }
    if (!pass_white_space()) return end_of_bytes();
    const bool last_of_object = expected_ == Expected::comma || expected_ == Expected::first_key;
    if (last_of_object && buffer_[scan_] == '}') {
      ++scan_;
      expected_ = Expected::value;
      if (!split_) return take(false);
      continue;
    }
    if (const auto stepped = step(buffer_[scan_]); !stepped) return stepped.error();
  }
}

/// Goes over the first byte of what is expected; the byte stays where it is if it is not that.
Result<void> JsonElements::step(char next) {
  switch (expected_) {
    case Expected::value:
      split_ = false;
      if (next == '{') {
        keep();
        expected_ = Expected::first_key;
        break;
      }
      if (!begin_value(next)) return Error{"a value is expected here"};
      keep();
      break;
    case Expected::first_key:
    case Expected::key:
      if (next != '"') return Error{"a member's name is expected here, in double quotes"};
      expected_ = Expected::key;
      inside_ = Inside::string;
      key_ = scan_;
      break;
    case Expected::colon:
      if (next != ':') return Error{"a colon is expected here"};
      expected_ = Expected::member;
      break;
    case Expected::member:
      if (wanted_ && next == '[') {
        split_ = true;
        keep_ = nowhere;
        expected_ = Expected::first_element;
        break;
      }
      if (!begin_value(next)) return Error{"a value is expected here"};
      break;
    case Expected::comma:
      if (next != ',') return Error{"a comma or the end of an object is expected here"};
      expected_ = Expected::key;
      break;
    case Expected::first_element:
    case Expected::element:
      if (expected_ == Expected::first_element && next == ']') {
        end_array();
        break;
      }
      if (!begin_value(next)) return Error{"a value is expected here"};
      expected_ = Expected::element;
      keep();
      break;
    case Expected::element_comma:
      if (next == ']') {
        end_array();
        break;
      }
      if (next != ',') return Error{"a comma or the end of an array is expected here"};
      expected_ = Expected::element;
      break;
  }
  ++scan_;
  return {};
}

/// What is to be done at the end of a value, be it a key, one that is passed over or one that comes out.
JsonElements::Taken JsonElements::end_of_value() {
  switch (expected_) {
    case Expected::key:
      wanted_ = key_ != nowhere && std::string_view(buffer_).substr(key_, scan_ - key_) == member_;
      key_ = nowhere;
      expected_ = Expected::colon;
      return std::nullopt;
    case Expected::member:
      expected_ = Expected::comma;
      return std::nullopt;
    case Expected::element:
      expected_ = Expected::element_comma;
      return take(true);
    default:
      return take(false);
  }
}

JsonElements::Taken JsonElements::end_of_bytes() {
  if (key_ != nowhere && buffer_.size() - key_ > member_.size()) key_ = nowhere;
  if (keep_ != nowhere && buffer_.size() - keep_ > element_bytes_max_) keep_ = nowhere;
  if (finished_ && (expected_ != Expected::value || inside_ != Inside::nothing)) {
    return Error{"the input ends inside of what begins in line " + std::to_string(value_line_) + "; is it cut off?"};
  }
  return std::nullopt;
}

bool JsonElements::pass_white_space() {
  const auto passed = expected_ == Expected::value ? between_values : white_space;
  for (; scan_ < buffer_.size() && is_one_of(buffer_[scan_], passed); ++scan_) line_ += buffer_[scan_] == '\n' ? 1 : 0;
  return scan_ < buffer_.size();
}

/// Notes what kind of value begins with `first`; false if none does.
bool JsonElements::begin_value(char first) {
  if (first == '"') {
    inside_ = Inside::string;
  } else if (first == '{' || first == '[') {
    inside_ = Inside::nested;
    depth_ = 1;
  } else if (is_one_of(first, ends_of_scalar)) {
    return false;
  } else {
    inside_ = Inside::scalar;
  }
  return true;
}

/// Goes on to the end of the value that the scan is inside of; false if that is not there yet.
bool JsonElements::pass_value() {
  const std::string_view bytes = buffer_;
  const auto is_dull = [this](char c) {  // most bytes are: they end nothing and begin nothing
    if (inside_ == Inside::nested)
      return c > ']' ? c != '{' && c != '}' : c != '"' && c != '[' && c != ']' && c != '\n';
    return c != '"' && c != '\\' && c != '\n';
  };
  while (scan_ < bytes.size()) {
    if (inside_ == Inside::scalar) {
      if (is_one_of(bytes[scan_], ends_of_scalar)) return inside_ = Inside::nothing, true;
      ++scan_;
      continue;
    }
    if (!std::exchange(escaped_, false)) {
      std::size_t at = scan_;
      while (at < bytes.size() && is_dull(bytes[at])) ++at;
      scan_ = at;
      if (at == bytes.size()) break;
      if (pass_mark(bytes[at])) {
        ++scan_;
        return inside_ = Inside::nothing, true;
      }
    } else if (bytes[scan_] == '\n') {
      ++line_;
    }
    ++scan_;
  }
  if (inside_ != Inside::scalar || !finished_) return false;
  return inside_ = Inside::nothing, true;
}

/// Goes over a byte that means something where the scan is; true if the value ends with it.
bool JsonElements::pass_mark(char mark) {
  switch (mark) {
    case '\n':
      ++line_;
      return false;
    case '\\':
      escaped_ = true;
      return false;
    case '"':
      if (inside_ == Inside::string) return true;
      inside_ = inside_ == Inside::nested ? Inside::nested_string : Inside::nested;
      return false;
    case '{':
    case '[':
      ++depth_;
      return false;
    default:  // a closing bracket
      return --depth_ == 0;
  }
}

void JsonElements::keep() {
  keep_ = scan_;
  value_at_ = dropped_ + scan_;
  value_line_ = line_;
}

void JsonElements::end_array() {
  array_end_ = dropped_ + scan_;
  expected_ = Expected::comma;
}

JsonElement JsonElements::take(bool in_array) {
  JsonElement element{{}, value_at_, value_line_, in_array, true};
  if (keep_ != nowhere && scan_ - keep_ <= element_bytes_max_) {
    element.too_large = false;
    element.text = std::string_view(buffer_).substr(keep_, scan_ - keep_);
  }
  keep_ = nowhere;
  return element;
}

}  // namespace herd
