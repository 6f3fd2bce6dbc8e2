#include "herd/app/places_import.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <system_error>

#include "herd/app/import_progress.h"
#include "herd/app/osm_extract.h"
#include "herd/app/run_command.h"
#include "herd/app/stop_signals.h"
#include "herd/app/work_folder.h"
#include "herd/places/place_file_writer.h"

namespace herd::app {
namespace {

namespace fs = std::filesystem;

/// The size of a file; none if it is a pipe or the like.
Result<std::optional<std::uint64_t>> size_of(const std::string& file) {
  std::error_code error;
  const auto status = fs::status(file, error);
  if (!error && fs::is_directory(status)) error = std::make_error_code(std::errc::is_a_directory);
  const bool regular = fs::is_regular_file(status);  // opening a pipe would be noticed at its other end
  if (!error && regular && !std::ifstream(file)) error = std::error_code(errno, std::generic_category());
  if (error) return Error{file + ": cannot be read: " + error.message()};
  return regular ? std::optional(fs::file_size(file, error)) : std::nullopt;
}

/// The file that is to be replaced if the place file is to be `out`: that to which it links, or itself. An error if no
/// file can be there.
Result<fs::path> replaced_by(const std::string& out) {
  if (out.empty()) return Error{"the place file's name is empty; name one: -o OUT.places"};
  std::error_code error;
  const auto status = fs::status(out, error);
  if (fs::is_directory(status) || out.ends_with('/')) {
    return Error{out + ": is a folder; name a file in it: -o " + (fs::path(out) / "OUT.places").string()};
  }
  if (status.type() == fs::file_type::none) return Error{out + ": cannot be looked at: " + error.message()};
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return Error{out + ": is " +
                 (fs::is_fifo(status)     ? "a pipe"
                  : fs::is_socket(status) ? "a socket"
                                          : "a device") +
                 ", which a place file cannot replace; name a file"};
  }
  fs::path file = out;
  while (fs::is_symlink(file, error)) {  // an end it has, or there would be no status
    const auto target = fs::read_symlink(file, error);
    if (error) return Error{out + ": cannot be looked at: " + error.message()};
    file = file.parent_path() / target;
  }
  return {boost::system::in_place_value, file};
}

/// Reads a file of GeoJSON, which `on_bytes` gets piece by piece.
Result<void> read_file(const std::string& file, std::uint64_t size, const OnOutput& on_bytes, const OnPart& on_part) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(std::size_t{256} << 10U);
  std::uint64_t bytes = 0;
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto got = static_cast<std::size_t>(in.gcount());
    if (auto done = on_bytes({buffer.data(), got}); !done) return done;
    bytes += got;
    on_part(size == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(size));
  }
  if (!in.eof()) return Error{file + ": cannot be read on after byte " + std::to_string(bytes) + "; check the disk"};
  return {};
}

class Import {
 public:
  Import(const ImportOptions& options, fs::path out, fs::path work, std::optional<std::uint64_t> bytes)
      : options_(options), out_(std::move(out)), work_(std::move(work)), progress_(bytes), writer_(made()) {}

  /// How many places were read so far.
  std::uint64_t taken() const { return writer_.size(); }

  Result<ImportSummary::File> read(const std::string& file, std::uint64_t size) {
    auto reading = options_.geojson;
    reading.only_osm = is_osm_file(file);
    geojson::GeojsonPlaces geojson(
        file, reading, [&](const places::Place& place, std::uint64_t version) { return writer_.add(place, version); });
    const auto on_bytes = [&](std::string_view bytes) { return geojson.push(bytes); };
    const auto on_stage = [&](std::string_view doing, double part) { progress_.show(doing, part, writer_.size()); };
    progress_.begin_file(file, size);
    Result<void> done;
    if (reading.only_osm) {
      done = read_osm_file(file, work_, progress_.is_shown(), on_bytes, on_stage);
    } else if (file.ends_with(".gz")) {
      on_stage("reading", 0);
      done = run_command({{"gzip", "-dc", "--", file}, file, "gzip", {}}, on_bytes, [](double) {});
    } else {
      done = read_file(file, size, on_bytes, [&](double part) { on_stage("reading", part); });
    }
    if (done) done = geojson.finish();
    if (!done) return as_told(done.error());
    return ImportSummary::File{file, geojson.counts()};
  }

  Result<std::uint64_t> write() {
    std::error_code error;
    if (writer_.size() == 0) {
      const bool is_old = fs::exists(out_, error);
      return Error{"no places in the input; " + options_.out + (is_old ? " stays as it was" : " was not made")};
    }
    auto places = writer_.write([&](double part) { progress_.show_writing(part, writer_.size()); });
    if (!places) return as_told(places.error());
    fs::rename(made(), out_, error);
    if (error) return Error{options_.out + ": cannot be replaced: " + error.message()};
    return places;
  }

 private:
  /// Where the place file is made, and what its writer sorts.
  fs::path made() const { return work_ / "new.places"; }

  /// An error in which the place file has the name that the user gave it.
  Error as_told(Error error) const {
    const auto name = made().string();
    const auto at = error.message.find(name);
    if (at != std::string::npos) error.message.replace(at, name.size(), options_.out);
    return error;
  }

  const ImportOptions& options_;
  fs::path out_;  // what options_.out links to, or that
  fs::path work_;
  ImportProgress progress_;
  places::PlaceFileWriter writer_;
};

}  // namespace

Result<ImportSummary> import_places(const ImportOptions& options) {
  const auto out = replaced_by(options.out);
  if (!out) return out.error();
  std::optional<std::uint64_t> all = 0;
  std::vector<std::uint64_t> sizes;
  for (const auto& file : options.files) {
    const auto size = size_of(file);
    if (!size) return size.error();
    std::error_code ignored;
    if (fs::equivalent(file, *out, ignored)) return Error{file + ": is the place file to be made as well"};
    sizes.push_back(size->value_or(0));
    all = all && *size ? std::optional(*all + **size) : std::nullopt;
  }

  const auto work = WorkFolder::make(*out);
  if (!work) return work.error();
  const StopSignals stop([folder = work->path()] {
    kill_command();
    std::error_code ignored;
    // What the other threads make in between goes with the next attempt.
    for (int i = 0; i < 10 && fs::exists(folder, ignored); ++i) fs::remove_all(folder, ignored);
  });

  Import import(options, *out, work->path(), all);
  ImportSummary summary;
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    auto read = import.read(options.files[i], sizes[i]);
    if (!read) return read.error();
    summary.files.push_back(*std::move(read));
  }
  const auto written = import.write();
  if (!written) return written.error();
  summary.out = options.out;
  summary.places = *written;
  summary.duplicates = import.taken() - *written;
  return summary;
}

}  // namespace herd::app
