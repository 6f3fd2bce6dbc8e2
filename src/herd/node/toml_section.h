#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

namespace herd::node {

/// Collects what is wrong with a file, so that its author hears of everything at once.
class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}

  void add(std::size_t line, std::string_view text);
  bool none() const { return found_.empty(); }
  /// "file:line: text", in the order of the lines.
  std::vector<std::string> lines() const;

 private:
  std::string file_;
  std::vector<std::pair<std::size_t, std::string>> found_;
};

/// A value and the line it stands on.
template <class T>
struct Located {
  T value;
  std::size_t line = 0;
};

/// One table of a TOML file. Its getters return none where the key is missing or holds something else, and then have
/// added what is wrong to the mistakes. The table and the mistakes outlive it.
class TomlSection {
 public:
  /// Adds a mistake for each key that is not among `keys`. `name` is for messages: "[herd]".
  TomlSection(const toml::table& table, std::string name, std::size_t line, const std::vector<std::string>& keys,
              Mistakes& mistakes);

  std::size_t line() const { return line_; }

  bool has(std::string_view key) const { return table_->contains(key); }
  /// Whether there is no such key, or an empty array.
  bool lacks(std::string_view key) const;
  /// Whether nothing at all is said here.
  bool is_empty() const { return table_->empty(); }
  /// Where the value of the key stands; where the table does if there is no such key.
  std::size_t where(std::string_view key) const;

  /// `example` is what a right value looks like, as TOML.
  std::optional<Located<std::string>> string(std::string_view key, std::string_view example) const;
  std::optional<Located<std::string>> required_string(std::string_view key, std::string_view example) const;
  std::vector<Located<std::string>> strings(std::string_view key, std::string_view example) const;
  std::optional<std::uint64_t> whole_number(std::string_view key, std::uint64_t min, std::uint64_t max) const;
  std::optional<double> number(std::string_view key, double min, double max) const;
  std::optional<bool> boolean(std::string_view key) const;
  /// One of `choices`.
  std::optional<Located<std::string>> choice(std::string_view key, const std::vector<std::string>& choices) const;

  /// A table inside this one, empty if there is none.
  TomlSection table(std::string_view key, const std::vector<std::string>& keys) const;
  /// The tables written [[key]].
  std::vector<TomlSection> tables(std::string_view key, const std::vector<std::string>& keys) const;

 private:
  void wrong_type(const toml::node& found, std::string_view key, std::string_view wanted,
                  std::string_view example) const;

  const toml::table* table_;
  std::string name_;
  std::size_t line_;
  Mistakes* mistakes_;
};

}  // namespace herd::node
