#include "herd/places/open_location_code.h"

#include "gtest/gtest.h"

namespace herd::places {
namespace {

std::string code(std::int32_t latitude_e7, std::int32_t longitude_e7) {
  std::string out;
  append_open_location_code(out, {latitude_e7, longitude_e7});
  return out;
}

// Expected codes are those of the specification's test data (encoding.csv), cut to ten digits.
TEST(OpenLocationCode, is_the_one_of_the_specification) {
  EXPECT_EQ(code(20'3700625, 2'7821875), "7FG49QCJ+2V");
  EXPECT_EQ(code(20'3701125, 2'7822344), "7FG49QCJ+2V");
  EXPECT_EQ(code(47'0000625, 8'0000625), "8FVC2222+22");
  EXPECT_EQ(code(-41'2730625, 174'7859375), "4VCPPQGP+Q9");
  EXPECT_EQ(code(-89'9999375, -179'9999375), "22222222+22");
  EXPECT_EQ(code(1'0000000, 1'0000000), "6FH32222+22");
  EXPECT_EQ(code(37'5396691, -122'3750697), "849VGJQF+VX");
  EXPECT_EQ(code(-37'0140000, -159'9360000), "43J2X3P7+CJ");
  EXPECT_EQ(code(-28'1217794, -154'0668115), "5337VWHM+77");
}

TEST(OpenLocationCode, is_not_moved_to_the_next_cell_by_rounding) {
  EXPECT_EQ(code(1'2000000, 3'4000000), "6FH56C22+22");
  EXPECT_EQ(code(35'6000000, 3'0330000), "8F75J22M+26");
  EXPECT_EQ(code(66'8900000, -106'0000000), "95RPV2R2+22");
  EXPECT_EQ(code(50'2000000, -162'8000000), "922V6622+22");
  EXPECT_EQ(code(80'0100000, 58'5700000), "CHGW2H6C+22");
  EXPECT_EQ(code(80'0099999, 58'5700000), "CHGW2H5C+X2");
  EXPECT_EQ(code(-80'0100001, 58'5700000), "2HFWXHQC+X2");
}

TEST(OpenLocationCode, of_the_north_pole_is_that_of_the_cell_south_of_it) {
  EXPECT_EQ(code(90'0000000, 1'0000000), "CFX3X2X2+X2");
}

TEST(OpenLocationCode, of_the_180th_meridian_is_that_of_the_cell_east_of_it) {
  EXPECT_EQ(code(1'0000000, 180'0000000), "62H22222+22");
  EXPECT_EQ(code(1'0000000, -180'0000000), "62H22222+22");
}

TEST(OpenLocationCode, takes_what_is_off_the_Earth_as_its_nearest_parallel) {
  EXPECT_EQ(code(2147483647, 1'0000000), "CFX3X2X2+X2");
  EXPECT_EQ(code(-2147483647 - 1, -2147483647 - 1), code(-90'0000000, 145'2516352));
}

}  // namespace
}  // namespace herd::places
