#include "herd/app/gpx.h"

#include <cerrno>
#include <cstring>
#include <expat.h>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "herd/base/text.h"
#include "herd/wire/iso8601.h"

namespace herd::app {
namespace {

/// Takes a GPX document piece by piece and gathers its tracks.
class GpxReader {
 public:
  explicit GpxReader(std::filesystem::path file) : file_{std::move(file)} {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &GpxReader::on_start, &GpxReader::on_end);
    XML_SetCharacterDataHandler(parser_.get(), &GpxReader::on_text);
  }

  /// False if the document is broken: result() says how.
  bool take(std::string_view bytes, bool last) {
    if (XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0) == XML_STATUS_OK) {
      return true;
    }
    if (error_.empty()) fail(std::string{"not well-formed XML: "} + XML_ErrorString(XML_GetErrorCode(parser_.get())));
    return false;
  }

  Result<std::vector<Track>> result() {
    if (!error_.empty()) return Error{error_};
    if (tracks_.empty()) {
      return Error{file_.string() +
                   ": no track in it (<trk> with at least one <trkpt>); routes and waypoints are not read"};
    }
    return std::move(tracks_);
  }

 private:
  struct ParserFree {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  static GpxReader& self(void* data) { return *static_cast<GpxReader*>(data); }

  /// The name of an element or attribute without the prefix of its namespace.
  static std::string_view local_name(const char* name) {
    const char* colon = std::strrchr(name, ':');
    return colon ? colon + 1 : name;
  }

  static void on_start(void* data, const char* name, const char** attributes) {
    auto& me = self(data);
    const auto element = local_name(name);
    ++me.depth_;
    if (element == "trk" && me.track_depth_ == 0) {
      me.track_depth_ = me.depth_;
      me.track_ = {};
    } else if (element == "trkpt" && me.track_depth_ != 0 && me.point_depth_ == 0) {
      me.point_depth_ = me.depth_;
      me.point_time_.reset();
      me.start_point(attributes);
    } else if ((element == "name" && me.is_child_of(me.track_depth_)) ||
               (element == "time" && me.is_child_of(me.point_depth_))) {
      me.text_depth_ = me.depth_;
      me.text_.clear();
    }
  }

  static void on_text(void* data, const char* bytes, int count) {
    auto& me = self(data);
    if (me.text_depth_ == me.depth_ && me.depth_ != 0) me.text_.append(bytes, static_cast<std::size_t>(count));
  }

  static void on_end(void* data, const char*) {
    auto& me = self(data);
    if (me.depth_ == me.text_depth_) {
      me.text_depth_ = 0;
      me.end_text();
    } else if (me.depth_ == me.point_depth_) {
      me.point_depth_ = 0;
      me.end_point();
    } else if (me.depth_ == me.track_depth_) {
      me.track_depth_ = 0;
      me.end_track();
    }
    --me.depth_;
  }

  bool is_child_of(std::size_t depth) const { return depth != 0 && depth_ == depth + 1; }

  void start_point(const char** attributes) {
    std::string_view latitude, longitude;
    for (; *attributes; attributes += 2) {
      if (local_name(attributes[0]) == "lat") latitude = trim(attributes[1]);
      if (local_name(attributes[0]) == "lon") longitude = trim(attributes[1]);
    }
    const auto location = geo::parse_latitude_longitude(std::string{latitude} + "," + std::string{longitude});
    if (location) {
      location_ = *location;
    } else {
      fail("a <trkpt> needs lat (-90 to 90) and lon (-180 to 180) in decimal degrees, not lat=\"" +
           printable(latitude) + "\" lon=\"" + printable(longitude) + '"');
    }
  }

  void end_text() {
    if (point_depth_ == 0) {
      track_.name = trim(text_);
      return;
    }
    const auto time = trim(text_);
    if (time.empty()) return;
    point_time_ = wire::parse_iso8601(time);
    if (!point_time_) fail('"' + printable(time) + "\" is no time such as 2012-04-12T12:53:58Z");
  }

  void end_point() {
    auto& points = track_.points;
    auto& untimed = track_.points_without_time;
    if (point_time_ && untimed == points.size()) {
      // The first time there is: it dates the points before it.
      for (auto& point : points) point.time += *point_time_ - static_cast<Duration>(points.size()) * second;
    } else if (!point_time_ || *point_time_ < points.back().time) {
      point_time_ = points.empty() ? 0 : points.back().time + second;
      ++untimed;
    }
    points.push_back({location_, *point_time_});
  }

  void end_track() {
    if (track_.points.empty()) return;
    if (track_.name.empty()) track_.name = file_.stem().string();
    tracks_.push_back(std::move(track_));
  }

  void fail(std::string why) {
    if (!error_.empty()) return;
    error_ = file_.string() + ':';
    append_number(error_, std::uint64_t{XML_GetCurrentLineNumber(parser_.get())});
    error_ += ": " + std::move(why);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  static std::string printable(std::string_view bytes) {
    std::string out;
    append_printable(out, bytes, 64);
    return out;
  }

  std::filesystem::path file_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserFree> parser_{XML_ParserCreate(nullptr)};
  std::vector<Track> tracks_;
  std::string error_;  ///< the first, with file and line; empty if there is none

  // How deep in the document we are, and at which depth the element began that we are in (0: in none).
  std::size_t depth_ = 0;
  std::size_t track_depth_ = 0;
  std::size_t point_depth_ = 0;
  std::size_t text_depth_ = 0;

  Track track_;
  geo::Location location_;
  std::optional<Time> point_time_;
  std::string text_;
};

}  // namespace

Result<std::vector<Track>> read_gpx(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return Error{file.string() + ": is a folder, not a GPX file"};
  std::ifstream in{file, std::ios::binary};
  if (!in) return Error{file.string() + ": " + std::strerror(errno)};

  GpxReader reader{file};
  std::string piece(64 * 1024, '\0');
  for (bool last = false; !last;) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in.bad()) return Error{file.string() + ": cannot be read"};
    last = in.eof();
    if (!reader.take({piece.data(), static_cast<std::size_t>(in.gcount())}, last)) break;
  }
  return reader.result();
}

Result<std::vector<Track>> parse_gpx(std::string_view text, const std::filesystem::path& file) {
  GpxReader reader{file};
  reader.take(text, true);
  return reader.result();
}

}  // namespace herd::app
