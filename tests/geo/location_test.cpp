#include "herd/geo/location.h"

#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace herd::geo {

static std::ostream& operator<<(std::ostream& out, const Location& location) {
  return out << location.latitude_e7 << ' ' << location.longitude_e7;
}

static std::ostream& operator<<(std::ostream& out, const WrittenLocation& written) {
  return out << written.location << " style " << written.style.bits;
}

namespace {

using namespace std::string_literals;

TEST(Iso6709, is_latitude_and_longitude_each_with_sign_digits_and_perhaps_a_fraction) {
  EXPECT_EQ(parse_iso6709("+34.068930-118.445127"), (Location{340689300, -1184451270}));
  EXPECT_EQ(parse_iso6709("+12-118"), (Location{120000000, -1180000000}));
  EXPECT_EQ(parse_iso6709("+35.068930-118"), (Location{350689300, -1180000000}));
  EXPECT_EQ(parse_iso6709("-35+118.445127"), (Location{-350000000, 1184451270}));
  EXPECT_EQ(parse_iso6709("+0+0"), (Location{0, 0}));
  EXPECT_EQ(parse_iso6709("-0-0"), (Location{0, 0}));
  EXPECT_EQ(parse_iso6709("-0.0000001+0.0000001"), (Location{-1, 1}));
}

TEST(Iso6709, may_have_leading_zeros_and_digits_that_do_not_count) {
  EXPECT_EQ(parse_iso6709("+034-0118.50"), (Location{340000000, -1185000000}));
  EXPECT_EQ(parse_iso6709("+000000000000000000000000000000000000034.5-00118"), (Location{345000000, -1180000000}));
  EXPECT_EQ(parse_iso6709("+34.068930123456789012-118.445127123456789012"), (Location{340689301, -1184451271}));
  EXPECT_EQ(parse_iso6709("+34.06893019-118.44512719"), (Location{340689301, -1184451271}));
  EXPECT_EQ(parse_iso6709("+1." + std::string(10'000, '3') + "-2." + std::string(10'000, '6')),
            (Location{13333333, -26666666}));
}

TEST(Iso6709, reaches_exactly_to_the_poles_and_the_antimeridian) {
  EXPECT_EQ(parse_iso6709("+90+180"), (Location{900000000, 1800000000}));
  EXPECT_EQ(parse_iso6709("-90-180"), (Location{-900000000, -1800000000}));
  EXPECT_EQ(parse_iso6709("+90.000000000000000000-180.000000000000000000"), (Location{900000000, -1800000000}));
  EXPECT_EQ(parse_iso6709("+89.999999999999999999+179.999999999999999999"), (Location{899999999, 1799999999}));
  for (const auto* text : {"+90.000000000000000001+0", "-90.000000000000000001+0", "+0+180.000000000000000001",
                           "+0-180.000000000000000001", "+90.1+0", "+91+0", "+0+181", "+100+0", "+0+1000",
                           "+99999999999999999999999+0", "+0+18446744073709551617", "+4294967297+0"}) {
    EXPECT_EQ(parse_iso6709(text), std::nullopt) << text;
  }
}

TEST(Iso6709, is_nothing_else) {
  for (const auto* text : {"",         "+",          "-",         "+-",         "kiwi",      "34-118",     "+34",
                           "+34-",     "+34118",     "34+118",    "++34-118",   "+34--118",  "+-34-118",   "+34+-118",
                           "+34,-118", "+34.0,-118", "+34,5-118", "+3.4.5-118", "+34-1.1.8", "+34..5-118", "+.5-118",
                           "+34-.5",   "+34.-118",   "+34-118.",  "+3e1-118",   "+34-1e2",   "+34-1.0e2",  "+nan-118",
                           "+34+nan",  "+inf-118",   "+34-inf",   "+0x22-0x76", "+34-118/",  "+34-118+8",  "+34-118N",
                           "+34-118 ", " +34-118",   "+34 -118",  "+34- 118",   "+34-118\n", "+34\xa0-118"}) {
    EXPECT_EQ(parse_iso6709(text), std::nullopt) << text;
  }
  const auto minus_of_unicode = "\xe2\x88\x92"s;
  EXPECT_EQ(parse_iso6709(minus_of_unicode + "34-118"), std::nullopt);
  EXPECT_EQ(parse_iso6709("+34" + minus_of_unicode + "118"), std::nullopt);
  EXPECT_EQ(parse_iso6709("+34-118\0"s), std::nullopt);
  EXPECT_EQ(parse_iso6709("+34\0-118"s), std::nullopt);
}

TEST(Iso6709, cut_at_any_byte_is_a_location_only_from_the_first_digit_of_its_longitude) {
  const std::string_view text = "+34.068930-118.4451";
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto cut = text.substr(0, length);
    EXPECT_EQ(parse_iso6709(cut).has_value(), length > text.find('-') + 1 && !cut.ends_with('.')) << cut;
  }
}

std::string written_again(std::string_view text) {
  const auto written = parse_written_iso6709(text);
  if (!written) return "refused";
  if (written->style.is_verbatim()) return "verbatim";
  std::string out = "x";
  append_iso6709(out, *written);
  return out.substr(1);
}

TEST(WrittenLocation, is_written_again_byte_for_byte) {
  for (const auto* text :
       {"+34.068930-118.445127", "+12-118", "+0+0", "-0-0", "+0-0", "-0+0", "-0.0+000.0000000", "+00-000", "+034-018",
        "+007.5-001.50", "+90.0000000-180.0000000", "-90+180", "+89.9999999-179.9999999", "-0.0000001+0.0000001",
        "+1.1-2.22", "+1.333-2.4444", "+1.55555-2.666666", "+1.7777777-2"}) {
    EXPECT_EQ(written_again(text), text);
  }
}

TEST(WrittenLocation, is_verbatim_when_numbers_cannot_say_how_it_was_written) {
  for (const auto* text : {"+0034-118", "+34-0118", "+0000+0", "+34.00000000-118", "+34-118.44512700",
                           "+34.123456789-118", "+0000.5-118.12345678"}) {
    EXPECT_EQ(written_again(text), "verbatim") << text;
  }
}

TEST(WrittenLocation, has_the_documented_bits) {
  EXPECT_EQ(parse_written_iso6709("+34.068930-118.445127"),
            (WrittenLocation{{340689300, -1184451270}, {0b110'11'1'110'10'0}}));
  EXPECT_EQ(parse_written_iso6709("-0+7"), (WrittenLocation{{0, 70000000}, {0b000'01'0'000'01'1}}));
}

TEST(WrittenLocation, comes_from_no_text_with_numbers_and_style_at_odds) {
  constexpr std::uint16_t one_digit_each = 0b000'01'0'000'01'0;
  EXPECT_TRUE(is_canonical({{10000000, 0}, {one_digit_each}}));
  EXPECT_FALSE(is_canonical({{10000000, 0}, {}}));                            // verbatim
  EXPECT_FALSE(is_canonical({{10000000, 0}, {one_digit_each | 1U << 12U}}));  // a bit too many
  EXPECT_FALSE(is_canonical({{100000000, 0}, {one_digit_each}}));             // 10 has two digits
  EXPECT_FALSE(is_canonical({{0, 100000000}, {one_digit_each}}));             //
  EXPECT_FALSE(is_canonical({{10000001, 0}, {one_digit_each}}));              // 1.0000001 has a fraction
  EXPECT_FALSE(is_canonical({{10000000, 0}, {one_digit_each | 1U}}));         // a minus before 1
  EXPECT_FALSE(is_canonical({{-10000000, 0}, {one_digit_each}}));             // none before -1
  EXPECT_TRUE(is_canonical({{0, 0}, {one_digit_each | 1U}}));                 // -0
  EXPECT_FALSE(is_canonical({{10000000, 0}, {0b000'00'0'000'01'0}}));         // no digits
  EXPECT_FALSE(is_canonical({{10000000, 0}, {0b000'01'0'000'00'0}}));         //
  EXPECT_FALSE(is_canonical({{900000001, 0}, {0b000'01'0'111'10'0}}));        // over the pole
  EXPECT_FALSE(is_canonical({{0, 1800000001}, {0b111'11'0'000'01'0}}));       // over the antimeridian
  EXPECT_FALSE(is_canonical({{0, std::numeric_limits<std::int32_t>::min()}, {0b111'11'1'000'01'0}}));
}

/// A coordinate as somebody might write it, often at a limit.
std::string random_coordinate(std::mt19937_64& random, int degrees_max) {
  std::string out(1, random() % 2 == 0 ? '+' : '-');
  out.append(random() % 4 == 0 ? random() % 5 : 0, '0');
  out += std::to_string(random() % 8 == 0 ? static_cast<std::uint64_t>(degrees_max)
                                          : random() % static_cast<std::uint64_t>(degrees_max + 2));
  if (random() % 4 == 0) return out;
  out += '.';
  const bool zeros = random() % 4 == 0;
  for (auto digits = random() % 10; digits != 0; --digits) {
    out += static_cast<char>('0' + (zeros ? 0 : random() % 10));
  }
  return out;
}

TEST(WrittenLocation, is_told_apart_from_every_other_text) {
  const std::uint64_t seed = 20261122;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::map<std::tuple<std::int32_t, std::int32_t, std::uint16_t>, std::string> texts;
  std::size_t verbatim = 0;
  for (int i = 0; i < 50'000; ++i) {
    auto text = random_coordinate(random, 90) + random_coordinate(random, 180);
    if (random() % 8 == 0) text[random() % text.size()] = "+-.0159e "[random() % 9];
    const auto written = parse_written_iso6709(text);
    ASSERT_EQ(parse_iso6709(text), written ? std::optional(written->location) : std::nullopt) << text;
    if (!written) continue;
    if (written->style.is_verbatim()) {
      ++verbatim;
      continue;
    }
    ASSERT_TRUE(is_canonical(*written)) << text;
    ASSERT_EQ(written_again(text), text);
    const auto [at, is_new] =
        texts.try_emplace({written->location.latitude_e7, written->location.longitude_e7, written->style.bits}, text);
    ASSERT_EQ(at->second, text);
  }
  EXPECT_GT(texts.size(), 10'000U);
  EXPECT_GT(verbatim, 5'000U);
}

TEST(WrittenLocation, that_is_canonical_comes_back_from_its_text_with_any_style) {
  const std::vector<std::int32_t> numbers{0,          1,          -1,          10,         -100,        1000,
                                          10000,      100000,     1000000,     -10000000,  10000000,    99999999,
                                          100000000,  -899999999, 900000000,   -900000000, 900000001,   999999999,
                                          1000000000, 1799999999, -1800000000, 1800000000, -1800000001, 2147483647};
  std::size_t canonical = 0;
  for (std::uint16_t bits = 0; bits < 1U << LocationStyle::width; ++bits) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      for (const auto longitude : {numbers[i], numbers[(i * 7 + bits) % numbers.size()]}) {
        const WrittenLocation written{{numbers[i], longitude}, {bits}};
        if (!is_canonical(written)) continue;
        ++canonical;
        std::string text;
        append_iso6709(text, written);
        ASSERT_EQ(parse_written_iso6709(text), written) << text;
      }
    }
  }
  EXPECT_GT(canonical, 5'000U);
}

TEST(LatitudeLongitude, is_as_people_write_it) {
  EXPECT_EQ(parse_latitude_longitude("47.1410,9.5209"), (Location{471410000, 95209000}));
  EXPECT_EQ(parse_latitude_longitude("-47,  +9"), (Location{-470000000, 90000000}));
  EXPECT_EQ(parse_latitude_longitude("+90,-180"), (Location{900000000, -1800000000}));
  for (const auto* text : {"", ",", "47", "47,", ",9", "47 9", "47 ,9", "47;9", "47,9,", "91,0", "0,181", "--1,1",
                           "1,- 1", "47,9 ", " 47,9", "47.,9", "N47,E9"}) {
    EXPECT_EQ(parse_latitude_longitude(text), std::nullopt) << text;
  }
}

TEST(Location, knows_its_degrees) {
  EXPECT_DOUBLE_EQ((Location{340689300, -1184451270}.latitude()), 34.06893);
  EXPECT_DOUBLE_EQ((Location{340689300, -1184451270}.longitude()), -118.445127);
}

// On a sphere of radius 6,371,008.8 m one degree of a great circle is 111,195.080 m, half of one 20,015,114.442 m.
TEST(Degrees, are_written_exactly_and_without_trailing_zeros) {
  const auto text = [](std::int32_t degrees_e7) {
    std::string out;
    append_degrees(out, degrees_e7);
    return out;
  };
  EXPECT_EQ(text(340'689'300), "34.06893");
  EXPECT_EQ(text(-1'800'000'000), "-180");
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(-1), "-0.0000001");
  EXPECT_EQ(text(10'000'001), "1.0000001");
}

TEST(Distance, is_that_of_the_great_circle) {
  EXPECT_NEAR(distance_m({0, 0}, {10000000, 0}), 111195.080, 0.001);
  EXPECT_NEAR(distance_m({890000000, 0}, {900000000, 1800000000}), 111195.080, 0.001);
  EXPECT_NEAR(distance_m({0, 10000000}, {0, 20000000}), 111195.080, 0.001);
  EXPECT_NEAR(distance_m({600000000, 0}, {600000000, 10000000}), 55597.011, 0.001);
  EXPECT_NEAR(distance_m({0, 0}, {900000000, 0}), 10007557.221, 0.001);
  EXPECT_NEAR(distance_m({340689300, -1184451270}, {340522300, -1182436800}), 18649.793, 0.001);  // Los Angeles
  EXPECT_NEAR(distance_m({340689300, -1184451270}, {471410000, 95209000}), 9599505.180, 0.001);   // Vaduz
}

TEST(Distance, of_a_point_to_itself_is_nothing_and_of_a_centimetre_is_a_centimetre) {
  EXPECT_EQ(distance_m({340689300, -1184451270}, {340689300, -1184451270}), 0);
  EXPECT_EQ(distance_m({900000000, 0}, {900000000, 0}), 0);
  EXPECT_NEAR(distance_m({340689300, -1184451270}, {340689301, -1184451270}), 0.0111, 0.0001);
}

TEST(Distance, between_antipodes_is_half_way_around) {
  EXPECT_NEAR(distance_m({900000000, 0}, {-900000000, 1234567890}), 20015114.442, 0.1);
  EXPECT_NEAR(distance_m({0, 0}, {0, 1800000000}), 20015114.442, 0.1);
  EXPECT_NEAR(distance_m({340689300, -1184451270}, {-340689300, 615548730}), 20015114.442, 0.1);
}

TEST(Distance, goes_straight_across_the_antimeridian_and_over_the_pole) {
  EXPECT_NEAR(distance_m({0, 1799000000}, {0, -1799000000}), 22239.016, 0.001);
  EXPECT_NEAR(distance_m({0, 1800000000}, {0, -1800000000}), 0, 0.001);
  EXPECT_NEAR(distance_m({899000000, 0}, {899000000, 1800000000}), 22239.016, 0.001);
}

TEST(Distance, is_the_same_there_and_back) {
  const Location ucla{340689300, -1184451270};
  const Location vaduz{471410000, 95209000};
  EXPECT_EQ(distance_m(ucla, vaduz), distance_m(vaduz, ucla));
}

}  // namespace
}  // namespace herd::geo
