#include "herd/app/table.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace herd::app {

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  std::vector<Cell> headings;
  headings.reserve(columns_.size());
  for (const auto& column : columns_) headings.push_back({column.heading, style::bold});
  add_row(std::move(headings));
}

void Table::add_row(std::vector<Cell> row) {
  assert(row.size() <= columns_.size());
  rows_.push_back(std::move(row));
}

std::string Table::text(bool coloured) const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], count_characters(row[i].text));
  }

  std::string out;
  for (const auto& row : rows_) {
    // Blanks are written only before something, so that no line ends with them.
    std::size_t blanks = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto& [text, cell_style] = row[i];
      const auto padding = widths[i] - count_characters(text);
      const bool right = columns_[i].align == Align::right;
      if (right) blanks += padding;
      if (!text.empty()) {
        out.append(std::exchange(blanks, 0), ' ');
        const bool styled = coloured && !cell_style.empty();
        if (styled) out += cell_style;
        out += text;
        if (styled) out += style::plain;
      }
      blanks += (right ? 0 : padding) + 2;
    }
    out += '\n';
  }
  return out;
}

std::size_t count_characters(std::string_view utf8) {
  // All bytes but those that continue a character.
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace herd::app
