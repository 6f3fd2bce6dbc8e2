#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/json_leaves.h"
#include "herd/base/result.h"

namespace herd::trackers {

/// Looks whether members of a JSON text that make a client's id are what an id can be made of: texts, or numbers, whose
/// digits count. So nobody becomes the client "true".
class TextMembers {
 public:
  /// `paths` of the members; the literals outlive it.
  explicit TextMembers(std::initializer_list<std::string_view> paths) : paths_(paths) {}

  /// For all that is in the text.
  void look(const JsonLeaf& leaf);
  void look(const JsonBranch& branch);

  /// What is wrong with the first that is none: `the "tid" is true; it must be a text`.
  const std::optional<Error>& error() const { return error_; }

 private:
  void complain(std::string_view path, std::string_view what);

  std::vector<std::string_view> paths_;
  std::optional<Error> error_;
};

}  // namespace herd::trackers
