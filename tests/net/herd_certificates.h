#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

#include "herd/base/time.h"
#include "herd/net/certificate_authority.h"
#include "herd/net/clock.h"

namespace herd::net {

/// A folder of its own with a CA that is valid for a year from a day ago, gone with it.
class HerdCertificates {
 public:
  static constexpr std::int64_t day = 24 * 3600;

  explicit HerdCertificates(const std::string& herd = "coast")
      : now_(wall_now() / second),
        folder_(make_folder()),
        authority_(CertificateAuthority::make(folder_, herd, now_ - day, now_ + 365 * day).value()) {}
  HerdCertificates(const HerdCertificates&) = delete;
  ~HerdCertificates() { std::filesystem::remove_all(folder_); }

  std::int64_t now() const { return now_; }
  const std::filesystem::path& folder() const { return folder_; }
  const CertificateAuthority& authority() const { return authority_; }
  CertificateFiles files(const std::string& server) const { return {folder_, server}; }

  /// The files of a server whose certificate is valid from yesterday to tomorrow.
  CertificateFiles issue(const std::string& server) const { return issue(server, now_ - day, now_ + day); }
  CertificateFiles issue(const std::string& server, std::int64_t from, std::int64_t until) const {
    authority_.issue(server, from, until).value();
    return files(server);
  }

  /// Copies a file over another.
  static void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  }

 private:
  static std::filesystem::path make_folder() {
    static std::atomic<int> count = 0;
    auto folder = std::filesystem::path(testing::TempDir()) /
                  ("herd-certificates-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::filesystem::remove_all(folder);
    return folder;
  }

  std::int64_t now_;
  std::filesystem::path folder_;
  CertificateAuthority authority_;
};

}  // namespace herd::net
