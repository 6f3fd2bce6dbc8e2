#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "herd/app/terminal.h"

namespace herd::app {

enum class Align { left, right };

struct Column {
  std::string heading;
  Align align = Align::left;
};

struct Cell {
  std::string text;
  std::string_view style = style::none;
};

/// Rows under headings, each column as wide as its widest cell.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  /// A row with fewer cells than there are columns ends early; it must not have more.
  void add_row(std::vector<Cell> row);

  /// The lines, each ended by a newline, without trailing blanks; two blanks between columns. Headings are bold and
  /// cells in their style where `coloured`.
  std::string text(bool coloured) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;  // the headings first
};

/// Characters of UTF-8 text, which is what it takes on a terminal unless they are combining or double-width.
std::size_t count_characters(std::string_view utf8);

}  // namespace herd::app
