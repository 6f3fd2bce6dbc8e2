#include "herd/app/table.h"

#include <gtest/gtest.h>

#include "herd/app/terminal.h"

namespace herd::app {
namespace {

TEST(Table, columns_are_as_wide_as_their_widest_cell_and_no_line_ends_with_blanks) {
  Table table({{"NAME"}, {"COUNT", Align::right}, {"REMARK"}});
  table.add_row({{"a"}, {"1"}, {"first"}});
  table.add_row({{"a long one"}, {"1234567"}, {""}});
  table.add_row({{"b"}});
  table.add_row({});
  EXPECT_EQ(table.text(false),
            "NAME          COUNT  REMARK\n"
            "a                 1  first\n"
            "a long one  1234567\n"
            "b\n"
            "\n");
}

TEST(Table, characters_are_counted_not_bytes) {
  Table table({{"PLACE"}, {"KM", Align::right}});
  table.add_row({{"Zürich"}, {"2"}});
  table.add_row({{"Málaga"}, {"10"}});
  table.add_row({{"北京"}, {"½"}});
  EXPECT_EQ(table.text(false),
            "PLACE   KM\n"
            "Zürich   2\n"
            "Málaga  10\n"
            "北京       ½\n");
}

TEST(Table, a_style_adds_nothing_to_the_width) {
  Table table({{"A"}, {"B"}});
  table.add_row({{"on", style::green}, {"x"}});
  EXPECT_EQ(table.text(true),
            "\x1b[1mA\x1b[0m   \x1b[1mB\x1b[0m\n"
            "\x1b[32mon\x1b[0m  x\n");
  EXPECT_EQ(table.text(false),
            "A   B\n"
            "on  x\n");
}

}  // namespace
}  // namespace herd::app
