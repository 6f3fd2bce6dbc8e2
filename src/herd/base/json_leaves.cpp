#include "herd/base/json_leaves.h"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <string>
#include <vector>

namespace herd {
namespace {

namespace json = boost::json;

/// What Boost's parser calls; it may hand out a text in parts.
class LeafHandler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  LeafHandler(const std::function<void(const JsonLeaf&)>& on_leaf,
              const std::function<void(const JsonBranch&)>& on_branch)
      : on_leaf_(on_leaf), on_branch_(on_branch) {}

  using Error = boost::system::error_code;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return enter(false); }
  bool on_object_end(std::size_t, Error&) { return leave(); }
  bool on_array_begin(Error&) { return enter(true); }
  bool on_array_end(std::size_t, Error&) { return leave(); }

  bool on_key_part(std::string_view part, std::size_t, Error&) { return keep(part); }
  bool on_key(std::string_view part, std::size_t, Error&) {
    auto& level = levels_.back();
    path_.resize(level.path_bytes);
    if (levels_.size() > 1) path_ += '.';
    path_ += whole(part);
    text_.clear();
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, Error&) { return keep(part); }
  bool on_string(std::string_view part, std::size_t, Error&) { return tell(JsonLeaf::Kind::string, whole(part)); }
  bool on_number_part(std::string_view part, Error&) { return keep(part); }
  bool on_int64(std::int64_t, std::string_view part, Error&) { return tell(JsonLeaf::Kind::number, whole(part)); }
  bool on_uint64(std::uint64_t, std::string_view part, Error&) { return tell(JsonLeaf::Kind::number, whole(part)); }
  bool on_double(double, std::string_view part, Error&) { return tell(JsonLeaf::Kind::number, whole(part)); }
  bool on_bool(bool value, Error&) { return tell(JsonLeaf::Kind::boolean, value ? "true" : "false"); }
  bool on_null(Error&) { return tell(JsonLeaf::Kind::null, "null"); }
  bool on_comment_part(std::string_view, Error&) { return true; }
  bool on_comment(std::string_view, Error&) { return true; }

 private:
  struct Level {
    bool is_array = false;
    std::size_t path_bytes = 0;  // of the path to it
    std::size_t next = 0;        // place in the array
  };

  bool enter(bool is_array) {
    begin_element();
    if (on_branch_) on_branch_({path_, is_array});
    levels_.push_back({is_array, path_.size()});
    return true;
  }

  bool leave() {
    path_.resize(levels_.back().path_bytes);
    levels_.pop_back();
    return true;
  }

  /// An element of an array has its place for a key.
  void begin_element() {
    if (levels_.empty() || !levels_.back().is_array) return;
    auto& level = levels_.back();
    path_.resize(level.path_bytes);
    if (levels_.size() > 1) path_ += '.';
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), level.next++).ptr;
    path_.append(digits.data(), end);
  }

  bool keep(std::string_view part) {
    text_ += part;
    return true;
  }

  std::string_view whole(std::string_view part) {
    if (text_.empty()) return part;
    text_ += part;
    return text_;
  }

  bool tell(JsonLeaf::Kind kind, std::string_view text) {
    begin_element();
    on_leaf_({path_, kind, text});
    text_.clear();
    return true;
  }

  const std::function<void(const JsonLeaf&)>& on_leaf_;
  const std::function<void(const JsonBranch&)>& on_branch_;
  std::vector<Level> levels_;
  std::string path_;
  std::string text_;  // what came of a text in parts
};

}  // namespace

Result<void> read_json(std::string_view text, const std::function<void(const JsonLeaf&)>& on_leaf,
                       const std::function<void(const JsonBranch&)>& on_branch) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::basic_parser<LeafHandler> parser(options, on_leaf, on_branch);
  boost::system::error_code error;
  auto read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
    error = json::error::extra_data;
  }
  if (!error) return {};
  if (error == json::error::too_deep) {
    return Error{"JSON is nested more than " + std::to_string(json_depth_max) + " deep at byte " +
                 std::to_string(read)};
  }
  return Error{"no JSON: " + error.message() + " at byte " + std::to_string(read)};
}

}  // namespace herd
