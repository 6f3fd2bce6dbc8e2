#include "herd/node/place_source.h"

#include <exception>
#include <string>
#include <utility>

#include "herd/places/offline_places.h"
#include "herd/places/shipped_files.h"

namespace herd::node {

namespace {

void tell_key(const FoundGoogleKey& found, net::LogFile& log) {
  log.info("places: from Google, with the key in " + found.source);
  if (!found.warning.empty()) log.warn(found.warning);
}

}  // namespace

PlaceSource::PlaceSource(const Config& config, const std::filesystem::path& executable, std::size_t threads,
                         net::LogFile& log)
    : config_(config), executable_(executable), log_(log), offline_(open_files(), threads), google_(ask_google()) {}

places::Provider& PlaceSource::provider() {
  if (google_) return *google_;
  return offline_;
}

net::OfflineLookup::Places PlaceSource::open_files() {
  auto paths = places::shipped_place_files(executable_);
  if (paths.empty()) log_.warn("no place files found beside " + executable_.string() + ": WHATSAT finds only your own");
  paths.insert(paths.end(), config_.place_files.begin(), config_.place_files.end());
  auto files = places::open_place_files(paths).value();
  for (const auto& file : files) {
    log_.info("places: " + std::to_string(file.size()) + " in " + file.path().string());
  }
  return std::make_shared<places::OfflinePlaces>(std::move(files));
}

std::unique_ptr<net::GoogleLookup> PlaceSource::ask_google() {
  const auto& config = config_.google;
  auto found = find_google_key(config).value();
  if (!found) return nullptr;
  tell_key(*found, log_);
  net::GoogleLookup::Options options;
  options.server.host = config.url.server.host;
  options.server.port = config.url.server.port;
  options.server.authorities = config.authorities;
  options.server.timeout = static_cast<Duration>(config.timeout_ms) * millisecond;
  options.path_prefix = config.url.path;
  options.questions.cache_time = static_cast<Duration>(config.cache_s) * second;
  options.questions.requests_per_day = config.requests_per_day;
  return std::make_unique<net::GoogleLookup>(options, std::move(found->key), offline_, log_);
}

void PlaceSource::open_files_again() {
  try {
    offline_.replace(open_files());
  } catch (const std::exception& error) {
    log_.error(std::string("place files not read, the ones before stay in use: ") + error.what());
  }
}

void PlaceSource::read_key_again() {
  if (!google_) return;
  if (auto found = find_google_key(config_.google)) {
    if (!*found) return;
    tell_key(**found, log_);
    google_->use_key(std::move((*found)->key));
  } else {
    log_.error("Google's key not read, the one before stays in use: " + found.error().message);
  }
}

std::optional<net::GoogleStatus> PlaceSource::google_status() const {
  if (!google_) return std::nullopt;
  return google_->status();
}

}  // namespace herd::node
