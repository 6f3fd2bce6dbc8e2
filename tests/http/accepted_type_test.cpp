#include "herd/http/accepted_type.h"

#include <gtest/gtest.h>

namespace herd::http {
namespace {

constexpr std::string_view geojson = "application/geo+json";

Acceptance named(double quality) {
  return {quality, true};
}
Acceptance within_a_range(double quality) {
  return {quality, false};
}

TEST(AcceptedType, is_any_where_nothing_is_said) {
  EXPECT_EQ(acceptance_of("", geojson), within_a_range(1));
  EXPECT_EQ(acceptance_of(" ", geojson), within_a_range(1));
}

TEST(AcceptedType, has_the_quality_of_its_name_whatever_its_case) {
  EXPECT_EQ(acceptance_of("application/geo+json", geojson), named(1));
  EXPECT_EQ(acceptance_of("text/html, Application/GEO+JSON ; Q=0.25 , image/png;q=1", geojson), named(0.25));
  EXPECT_EQ(acceptance_of("application/geo+json;q=0", geojson), named(0));
  EXPECT_EQ(acceptance_of("application/geo+json; charset=utf-8; q=0.5; x=y", geojson), named(0.5));
  EXPECT_EQ(acceptance_of("text/html,,application/geo+json;q=.5,", geojson), named(0.5));
}

TEST(AcceptedType, has_the_quality_of_the_closest_range) {
  EXPECT_EQ(acceptance_of("*/*;q=0.1, application/*;q=0.2, application/geo+json;q=0.3", geojson), named(0.3));
  EXPECT_EQ(acceptance_of("application/geo+json;q=0, */*", geojson), named(0));
  EXPECT_EQ(acceptance_of("*/*;q=0.1, application/*;q=0.2, text/*", geojson), within_a_range(0.2));
  EXPECT_EQ(acceptance_of("text/html, */*;q=0.1", geojson), within_a_range(0.1));
  EXPECT_EQ(acceptance_of("application/geo+json;q=0.5, application/geo+json", geojson), named(0.5)) << "the first";
}

TEST(AcceptedType, is_none_that_no_range_has) {
  for (const auto* const accept :
       {"text/html", "application/json", "application/geo+jsonx", "application/geo+jso", "appl/*", "text/*, image/*",
        "application", "*", "/*", ",", ";", R"(text/html; note="a, application/geo+json")",
        R"(text/html; note="\", application/geo+json")", R"(text/html; note="application/geo+json, \)"}) {
    EXPECT_EQ(acceptance_of(accept, geojson), within_a_range(0)) << accept;
  }
}

TEST(AcceptedType, passes_over_a_range_whose_quality_is_none) {
  for (const auto* const quality : {"q=", "q", "q=high", "q=2", "q=-1", "q=nan", "q=0.5.5", R"(q="1")"}) {
    EXPECT_EQ(acceptance_of("application/geo+json;" + std::string(quality) + ", */*;q=0.5", geojson),
              within_a_range(0.5))
        << quality;
  }
}

}  // namespace
}  // namespace herd::http
