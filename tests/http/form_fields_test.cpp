#include "herd/http/form_fields.h"

#include <gtest/gtest.h>

namespace herd::http {

std::ostream& operator<<(std::ostream& out, const FormField& field) {
  return out << field.name << '=' << field.value;
}

namespace {

using Fields = std::vector<FormField>;

TEST(FormFields, are_names_and_values) {
  EXPECT_EQ(parse_form("id=phone&lat=1.5&note=a+b%21%0A&id=other", 9),
            (Fields{{"id", "phone"}, {"lat", "1.5"}, {"note", "a b!\n"}, {"id", "other"}}));
  EXPECT_EQ(parse_form("a=1=2&=3&b&c=&%61%3D=%26", 9),
            (Fields{{"a", "1=2"}, {"", "3"}, {"b", ""}, {"c", ""}, {"a=", "&"}}));
  EXPECT_EQ(parse_form("", 9), Fields());
  EXPECT_EQ(parse_form("&&&", 9), Fields());
}

TEST(FormFields, may_have_percent_signs_that_encode_nothing) {
  EXPECT_EQ(parse_form("a=100%&b=%zz&c=%4&d=+%%41&%=+&e=%-1", 9),
            (Fields{{"a", "100%"}, {"b", "%zz"}, {"c", "%4"}, {"d", "+%%41"}, {"%", " "}, {"e", "%-1"}}));
}

TEST(FormFields, are_no_more_than_is_asked_for) {
  EXPECT_EQ(parse_form("a=1&b=2&&c=3", 2), (Fields{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(parse_form("&a=1&b=2", 2), (Fields{{"a", "1"}, {"b", "2"}}));
}

TEST(FormFields, are_found_by_name_and_the_first_counts) {
  const Fields fields{{"a", "1"}, {"b", "2"}, {"b", "3"}};
  EXPECT_EQ(value_of(fields, "b"), "2");
  EXPECT_EQ(value_of(fields, "c"), "");
}

}  // namespace
}  // namespace herd::http
