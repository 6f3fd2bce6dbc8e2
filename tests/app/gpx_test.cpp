#include "herd/app/gpx.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace herd::app {
namespace {

using geo::Location;

std::string message_of(const Result<std::vector<Track>>& result) {
  return result ? "no error" : result.error().message;
}

TEST(Gpx, reads_the_points_of_each_track_with_their_times) {
  const auto tracks = parse_gpx(R"(<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
  <metadata><name>not this</name><time>2001-01-01T00:00:00Z</time></metadata>
  <wpt lat="1" lon="2"><name>nor this</name></wpt>
  <rte><name>nor this</name><rtept lat="3" lon="4"/></rte>
  <trk><name> Vaduz &amp; back </name>
    <trkseg><trkpt lat="47.1410000" lon="9.5209"><ele>455</ele><time>2013-08-03T08:00:00Z</time></trkpt></trkseg>
    <trkseg><trkpt lon="-9.5210" lat="-47.1412"><time>2013-08-03T08:00:02.5Z</time></trkpt></trkseg>
  </trk>
  <trk><name>empty</name><trkseg/></trk>
  <trk><trkseg><trkpt lat="1" lon="2"><time>1970-01-01T00:00:01Z</time></trkpt></trkseg></trk>
</gpx>)",
                                "drives/today.gpx");
  ASSERT_TRUE(tracks) << message_of(tracks);
  const std::vector<Track> expected = {
      {"Vaduz & back",
       {{Location{471'410'000, 95'209'000}, 1'375'516'800 * second},
        {Location{-471'412'000, -95'210'000}, 1'375'516'802 * second + 500 * millisecond}}},
      {"today", {{Location{10'000'000, 20'000'000}, second}}},
  };
  EXPECT_EQ(*tracks, expected);
}

TEST(Gpx, is_read_with_any_prefix_and_with_other_peoples_extensions) {
  const auto tracks = parse_gpx(R"(<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1" xmlns:o="urn:other"><g:trk>
<g:trkseg><g:trkpt lat="1" lon="2"><g:extensions><o:time>never</o:time><o:name>x</o:name></g:extensions>
<g:time>1970-01-01T00:00:03Z</g:time></g:trkpt></g:trkseg><g:name>a</g:name></g:trk></g:gpx>)",
                                "a.gpx");
  ASSERT_TRUE(tracks) << message_of(tracks);
  const std::vector<Track> expected = {{"a", {{Location{10'000'000, 20'000'000}, 3 * second}}}};
  EXPECT_EQ(*tracks, expected);
}

TEST(Gpx, points_without_a_usable_time_are_a_second_from_their_neighbours_and_counted) {
  const auto tracks = parse_gpx(R"(<gpx><trk><name>a</name><trkseg>
<trkpt lat="0" lon="0"/>
<trkpt lat="0" lon="0"><time/></trkpt>
<trkpt lat="0" lon="0"><time>1970-01-01T00:01:00Z</time></trkpt>
<trkpt lat="0" lon="0"/>
<trkpt lat="0" lon="0"><time>1970-01-01T00:00:30Z</time></trkpt>
<trkpt lat="0" lon="0"><time>1970-01-01T00:02:00Z</time></trkpt>
<trkpt lat="0" lon="0"><time>1970-01-01T00:02:00Z</time></trkpt>
</trkseg></trk><trk><name>b</name><trkpt lat="0" lon="0"/><trkpt lat="0" lon="0"/></trk></gpx>)",
                                "a.gpx");
  ASSERT_TRUE(tracks) << message_of(tracks);
  const Location origin;
  const std::vector<Track> expected = {
      {"a",
       {{origin, 58 * second},
        {origin, 59 * second},
        {origin, 60 * second},
        {origin, 61 * second},
        {origin, 62 * second},
        {origin, 120 * second},
        {origin, 120 * second}},
       4},
      {"b", {{origin, 0}, {origin, second}}, 2},
  };
  EXPECT_EQ(*tracks, expected);
}

TEST(Gpx, mistakes_are_named_with_file_and_line) {
  const auto error_of = [](std::string_view text) { return message_of(parse_gpx(text, "x/a.gpx")); };
  EXPECT_EQ(error_of("<gpx>\n<trk>\n</gpx>"), "x/a.gpx:3: not well-formed XML: mismatched tag");
  EXPECT_EQ(error_of("<gpx><trk><trkseg>\n"), "x/a.gpx:2: not well-formed XML: no element found");
  EXPECT_EQ(error_of(""), "x/a.gpx:1: not well-formed XML: no element found");
  EXPECT_EQ(error_of("not a GPX file"), "x/a.gpx:1: not well-formed XML: syntax error");
  EXPECT_EQ(error_of("<gpx><wpt lat=\"1\" lon=\"2\"/></gpx>"),
            "x/a.gpx: no track in it (<trk> with at least one <trkpt>); routes and waypoints are not read");
  EXPECT_EQ(error_of("<gpx><trk>\n<trkpt lat=\"91\" lon=\"2\"/></trk></gpx>"),
            "x/a.gpx:2: a <trkpt> needs lat (-90 to 90) and lon (-180 to 180) in decimal degrees, not lat=\"91\" "
            "lon=\"2\"");
  EXPECT_EQ(error_of("<gpx><trk>\n\n<trkpt lat=\"1\"/></trk></gpx>"),
            "x/a.gpx:3: a <trkpt> needs lat (-90 to 90) and lon (-180 to 180) in decimal degrees, not lat=\"1\" "
            "lon=\"\"");
  EXPECT_EQ(error_of("<gpx><trk><trkpt lat=\"1\" lon=\"2\">\n<time>noon</time></trkpt></trk></gpx>"),
            "x/a.gpx:2: \"noon\" is no time such as 2012-04-12T12:53:58Z");
}

TEST(Gpx, a_document_cut_at_any_byte_is_an_error_and_never_a_crash) {
  const std::string_view text =
      R"(<gpx><trk><name>a</name><trkpt lat="1" lon="2"><time>1970-01-01T00:01:00Z</time></trkpt></trk></gpx>)";
  for (std::size_t cut = 0; cut < text.size(); ++cut) EXPECT_FALSE(parse_gpx(text.substr(0, cut), "a.gpx")) << cut;
  EXPECT_TRUE(parse_gpx(text, "a.gpx"));
}

TEST(Gpx, a_file_that_is_not_there_is_named) {
  EXPECT_EQ(message_of(read_gpx("no/such.gpx")), "no/such.gpx: No such file or directory");
  EXPECT_EQ(message_of(read_gpx(HERD_SOURCE_DIR)), HERD_SOURCE_DIR ": is a folder, not a GPX file");
}

TEST(Gpx, real_recordings_are_read_whole) {
  const std::filesystem::path traces = HERD_SOURCE_DIR "/../shared/samples/traces";
  if (!std::filesystem::exists(traces)) GTEST_SKIP() << traces << " is not there";
  const auto points_of = [&](const char* file) {
    const auto tracks = read_gpx(traces / file);
    EXPECT_TRUE(tracks) << message_of(tracks);
    return std::accumulate(tracks->begin(), tracks->end(), std::size_t{0},
                           [](std::size_t sum, const Track& track) { return sum + track.points.size(); });
  };
  EXPECT_EQ(points_of("korita-zbevnica.gpx"), 871u);
  EXPECT_EQ(points_of("reference_track_garmin-edge-800-output.gpx"), 1286u);
  EXPECT_EQ(points_of("reference_track_mtk_logger_m241.gpx"), 1199u);
}

TEST(Gpx, the_demos_tracks_are_round_trips_with_a_point_every_two_seconds) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{HERD_SOURCE_DIR "/data/demo"}) {
    if (entry.path().extension() != ".gpx") continue;
    ++files;
    const auto tracks = read_gpx(entry.path());
    ASSERT_TRUE(tracks) << message_of(tracks);
    ASSERT_EQ(tracks->size(), 1u);
    const auto& track = tracks->front();
    EXPECT_EQ(track.name, entry.path().stem());
    EXPECT_EQ(track.points_without_time, 0u);
    EXPECT_EQ(track.points.front().location, track.points.back().location);
    for (std::size_t i = 1; i < track.points.size(); ++i) {
      EXPECT_EQ(track.points[i].time - track.points[i - 1].time, 2 * second);
      EXPECT_LT(geo::distance_m(track.points[i].location, track.points[i - 1].location), 70) << entry.path();
    }
  }
  EXPECT_GE(files, 24u);
}

}  // namespace
}  // namespace herd::app
