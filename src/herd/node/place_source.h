#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

#include "herd/net/google_places.h"
#include "herd/net/log_file.h"
#include "herd/net/offline_lookup.h"
#include "herd/node/config.h"

namespace herd::node {

/// Where a server's places come from: Google if there is a key, otherwise, and where Google does not answer, the place
/// files that ship and those of [places] files.
class PlaceSource {
 public:
  /// `threads` look into the files. All arguments but the number outlive it. Throws std::runtime_error if a file, the
  /// key or the authorities are refused.
  PlaceSource(const Config& config, const std::filesystem::path& executable, std::size_t threads, net::LogFile& log);

  places::Provider& provider();

  /// Opens the files anew, which may wait for the disk; if one is refused, that is logged, and those before stay in
  /// use. From any one thread.
  void open_files_again();
  /// The same with the key, if there was one.
  void read_key_again();

  /// None if there is no key.
  std::optional<net::GoogleStatus> google_status() const;

 private:
  net::OfflineLookup::Places open_files();
  std::unique_ptr<net::GoogleLookup> ask_google();

  const Config& config_;
  const std::filesystem::path& executable_;
  net::LogFile& log_;
  net::OfflineLookup offline_;
  std::unique_ptr<net::GoogleLookup> google_;  // null: there is no key
};

}  // namespace herd::node
