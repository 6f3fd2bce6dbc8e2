#include "herd/trackers/text_members.h"

#include <algorithm>

namespace herd::trackers {

void TextMembers::look(const JsonLeaf& leaf) {
  if (leaf.kind == JsonLeaf::Kind::boolean) complain(leaf.path, leaf.text);
}

void TextMembers::look(const JsonBranch& branch) {
  complain(branch.path, branch.is_array ? "an array" : "an object");
}

void TextMembers::complain(std::string_view path, std::string_view what) {
  if (error_ || std::ranges::find(paths_, path) == paths_.end()) return;
  const auto name = path.substr(path.rfind('.') + 1);
  error_ = Error{"the \"" + std::string(name) + "\" is " + std::string(what) + "; it must be a text"};
}

}  // namespace herd::trackers
