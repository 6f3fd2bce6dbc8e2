#include "herd/node/toml_section.h"

#include <algorithm>
#include <sstream>

#include "herd/base/nearest_name.h"
#include "herd/base/text.h"

namespace herd::node {

namespace {

const toml::table no_keys;

std::size_t line_of(const toml::node& node) {
  return node.source().begin.line;
}

std::string text_of(double number) {
  std::ostringstream out;
  out << number;
  return out.str();
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a decimal number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

}  // namespace

void Mistakes::add(std::size_t line, std::string_view text) {
  found_.emplace_back(line, text);
}

std::vector<std::string> Mistakes::lines() const {
  auto sorted = found_;
  std::ranges::stable_sort(sorted, {}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> lines;
  lines.reserve(sorted.size());
  for (const auto& [line, text] : sorted) lines.push_back(file_ + ":" + std::to_string(line) + ": " + text);
  return lines;
}

TomlSection::TomlSection(const toml::table& table, std::string name, std::size_t line,
                         const std::vector<std::string>& keys, Mistakes& mistakes)
    : table_(&table), name_(std::move(name)), line_(line), mistakes_(&mistakes) {
  for (const auto& [key, value] : table) {
    if (std::ranges::find(keys, key.str()) != keys.end()) continue;
    mistakes.add(key.source().begin.line,
                 "unknown key " + in_quotes(key.str()) + " in " + name_ + "; " + did_you_mean(key.str(), keys));
  }
}

bool TomlSection::lacks(std::string_view key) const {
  const auto* node = table_->get(key);
  return node == nullptr || (node->is_array() && node->as_array()->empty());
}

std::size_t TomlSection::where(std::string_view key) const {
  const auto* node = table_->get(key);
  return node == nullptr ? line_ : line_of(*node);
}

std::optional<Located<std::string>> TomlSection::string(std::string_view key, std::string_view example) const {
  const auto* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) return Located<std::string>{text->get(), line_of(*node)};
  wrong_type(*node, key, "a string", example);
  return std::nullopt;
}

std::optional<Located<std::string>> TomlSection::required_string(std::string_view key, std::string_view example) const {
  if (table_->get(key) == nullptr) {
    mistakes_->add(line_,
                   name_ + " has no " + std::string(key) + "; add " + std::string(key) + " = " + std::string(example));
  }
  return string(key, example);
}

std::vector<Located<std::string>> TomlSection::strings(std::string_view key, std::string_view example) const {
  std::vector<Located<std::string>> found;
  const auto* node = table_->get(key);
  if (node == nullptr) return found;
  const auto* array = node->as_array();
  if (array == nullptr) {
    wrong_type(*node, key, "an array of strings", example);
    return found;
  }
  for (const auto& element : *array) {
    if (const auto* text = element.as_string()) {
      found.push_back({text->get(), line_of(element)});
    } else {
      wrong_type(element, key, "an array of strings", example);
    }
  }
  return found;
}

std::optional<std::uint64_t> TomlSection::whole_number(std::string_view key, std::uint64_t min,
                                                       std::uint64_t max) const {
  const auto* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const auto range = std::to_string(min) + " to " + std::to_string(max);
  const auto* number = node->as_integer();
  if (number == nullptr) {
    wrong_type(*node, key, "a whole number of " + range, std::to_string(max));
    return std::nullopt;
  }
  const auto value = number->get();
  if (value < 0 || static_cast<std::uint64_t>(value) < min || static_cast<std::uint64_t>(value) > max) {
    mistakes_->add(line_of(*node), std::string(key) + " is " + std::to_string(value) + "; it must be " + range);
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value);
}

std::optional<double> TomlSection::number(std::string_view key, double min, double max) const {
  const auto* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const auto range = text_of(min) + " to " + text_of(max);
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  if (!value) {
    wrong_type(*node, key, "a number of " + range, "5.0");
    return std::nullopt;
  }
  const bool is_in_range = *value >= min && *value <= max;  // nan is not
  if (!is_in_range) {
    mistakes_->add(line_of(*node), std::string(key) + " is " + text_of(*value) + "; it must be " + range);
    return std::nullopt;
  }
  return value;
}

std::optional<bool> TomlSection::boolean(std::string_view key) const {
  const auto* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_boolean()) return value->get();
  wrong_type(*node, key, "true or false", "true");
  return std::nullopt;
}

std::optional<Located<std::string>> TomlSection::choice(std::string_view key,
                                                        const std::vector<std::string>& choices) const {
  auto chosen = string(key, in_quotes(choices.front()));
  if (!chosen || std::ranges::find(choices, chosen->value) != choices.end()) return chosen;
  std::string wanted;
  for (const auto& choice : choices) wanted += (wanted.empty() ? "" : ", ") + in_quotes(choice);
  mistakes_->add(chosen->line, std::string(key) + " in " + name_ + " is " + in_quotes(chosen->value) +
                                   "; it must be one of " + wanted);
  return std::nullopt;
}

TomlSection TomlSection::table(std::string_view key, const std::vector<std::string>& keys) const {
  const auto* node = table_->get(key);
  const auto name = "[" + std::string(key) + "]";
  if (node != nullptr && node->is_table()) return {*node->as_table(), name, line_of(*node), keys, *mistakes_};
  if (node != nullptr) wrong_type(*node, key, "a table", name);
  return {no_keys, name, node == nullptr ? line_ : line_of(*node), keys, *mistakes_};
}

std::vector<TomlSection> TomlSection::tables(std::string_view key, const std::vector<std::string>& keys) const {
  std::vector<TomlSection> found;
  const auto* node = table_->get(key);
  if (node == nullptr) return found;
  const auto name = "[[" + std::string(key) + "]]";
  if (!node->is_array()) {
    wrong_type(*node, key, "an array of tables", name + " for each of them");
    return found;
  }
  for (const auto& element : *node->as_array()) {
    if (const auto* table = element.as_table()) {
      found.emplace_back(*table, name, line_of(element), keys, *mistakes_);
    } else {
      wrong_type(element, key, "an array of tables", name + " for each of them");
    }
  }
  return found;
}

void TomlSection::wrong_type(const toml::node& found, std::string_view key, std::string_view wanted,
                             std::string_view example) const {
  mistakes_->add(line_of(found), std::string(key) + " in " + name_ + " must be " + std::string(wanted) + ", such as " +
                                     std::string(example) + ", not " + std::string(kind_of(found)));
}

}  // namespace herd::node
