#include "herd/node/google_config.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

namespace herd::node {

namespace {

Result<FoundGoogleKey> parse_key(std::string_view text, std::string source, std::string warning = {}) {
  auto key = google::GoogleKey::parse(text);
  if (!key) return Error{source + ": " + key.error().message};
  return FoundGoogleKey{*std::move(key), std::move(source), std::move(warning)};
}

Result<FoundGoogleKey> read_key(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    return Error{file.string() + ": cannot be read: " + std::strerror(errno) + "; put Google's key into it"};
  }
  if (!S_ISREG(status.st_mode)) return Error{file.string() + ": is no file; put Google's key into one"};
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{file.string() + ": cannot be read: " + std::strerror(errno) + "; let this user read it"};
  // Enough to tell a key from what is too long to be one.
  std::array<char, 4 * google::GoogleKey::bytes_max> bytes;
  in.read(bytes.data(), bytes.size());
  const std::string_view text(bytes.data(), static_cast<std::size_t>(in.gcount()));
  std::string warning;
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    warning = file.string() + ": other users of this machine can read it, and whoever has the key asks Google at its " +
              "owner's expense; chmod 600 it";
  }
  return parse_key(text, file.string(), std::move(warning));
}

}  // namespace

Result<std::optional<FoundGoogleKey>> find_google_key(const GoogleConfig& config) {
  const auto found = [](Result<FoundGoogleKey> key) -> Result<std::optional<FoundGoogleKey>> {
    if (!key) return key.error();
    return *std::move(key);
  };
  if (config.key_file) return found(read_key(*config.key_file));
  const auto* variable = std::getenv(google_key_variable);
  if (variable == nullptr || *variable == '\0') return std::nullopt;
  return found(parse_key(variable, std::string("the environment variable ") + google_key_variable));
}

}  // namespace herd::node
