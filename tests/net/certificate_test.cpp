#include "herd/net/certificate.h"

#include <gmock/gmock.h>

#include "net/herd_certificates.h"

namespace herd::net {
namespace {

using testing::ElementsAre;

constexpr std::int64_t day = HerdCertificates::day;

/// What is wrong with the files, their folder left out; "nothing" if they will do.
std::string wrong_with(const CertificateFiles& files, std::int64_t now) {
  const auto certificate = check_certificate(files, now);
  if (certificate) return "nothing";
  auto message = certificate.error().message;
  const auto folder = files.folder.string() + "/";
  for (auto at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
    message.erase(at, folder.size());
  }
  return message;
}

std::filesystem::perms permissions(const std::filesystem::path& file) {
  return std::filesystem::status(file).permissions();
}

TEST(Certificate, says_whose_it_is_and_how_long) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley_1.a-B", 1'800'000'000, 1'800'086'400);
  const auto certificate = Certificate::read(files.certificate()).value();
  EXPECT_EQ(certificate.common_name(), "Riley_1.a-B");
  EXPECT_EQ(certificate.organization(), "coast");
  EXPECT_THAT(certificate.names(), ElementsAre("Riley_1.a-B"));
  EXPECT_TRUE(certificate.is_for("Riley_1.a-B"));
  EXPECT_FALSE(certificate.is_for("riley_1.a-b"));
  EXPECT_FALSE(certificate.is_for(""));
  EXPECT_EQ(certificate.valid_from(), 1'800'000'000);
  EXPECT_EQ(certificate.valid_until(), 1'800'086'400);
}

TEST(Certificate, of_a_new_CA_will_do_for_its_server) {
  const HerdCertificates herd;
  EXPECT_EQ(wrong_with(herd.issue("Riley"), herd.now()), "nothing");
}

TEST(Certificate, that_is_missing_or_unreadable_is_named_with_what_to_do) {
  const HerdCertificates herd;
  EXPECT_EQ(wrong_with({herd.folder() / "none", "Riley"}, 0),
            "ca.crt: cannot be read: No such file or directory; make it with `proxyherd certs init`");
  EXPECT_EQ(wrong_with(herd.files("Riley"), herd.now()),
            "Riley.key: cannot be read: No such file or directory; make it with `proxyherd certs init`");
  const auto files = herd.issue("Riley");
  std::ofstream(files.certificate()) << "no PEM";
  EXPECT_EQ(wrong_with(files, herd.now()),
            "Riley.crt: holds no certificate as PEM; make it anew with `proxyherd certs init --renew`");
  std::ofstream(files.key()) << "no PEM";
  EXPECT_EQ(wrong_with(files, herd.now()),
            "Riley.key: holds no private key as PEM without passphrase; make it anew with `proxyherd certs init "
            "--renew`");
  herd.issue("Riley");
  std::ofstream(files.ca()) << "no PEM";
  EXPECT_EQ(wrong_with(files, herd.now()), "ca.crt: holds no certificate; copy the herd's CA certificate there");
}

TEST(Certificate, whose_key_everybody_can_read_is_refused) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley");
  using std::filesystem::perms;
  EXPECT_EQ(permissions(files.key()), perms::owner_read | perms::owner_write);
  EXPECT_EQ(permissions(herd.folder() / "ca.key"), perms::owner_read | perms::owner_write);
  std::filesystem::permissions(files.key(), perms::owner_all | perms::group_read);
  EXPECT_EQ(wrong_with(files, herd.now()), "nothing");
  std::filesystem::permissions(files.key(), perms::others_read, std::filesystem::perm_options::add);
  EXPECT_EQ(wrong_with(files, herd.now()),
            "Riley.key: every user of this machine can read it, and whoever has it can join the herd; chmod 600 it");
}

TEST(Certificate, with_the_key_of_another_is_refused) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley");
  HerdCertificates::copy(herd.issue("Juzang").certificate(), files.certificate());
  EXPECT_EQ(wrong_with(files, herd.now()),
            "Riley.crt and Riley.key do not belong together; make both anew with `proxyherd certs init --renew`");
}

TEST(Certificate, of_another_server_is_refused) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley");
  HerdCertificates::copy(herd.issue("Juzang").certificate(), files.certificate());
  HerdCertificates::copy(herd.files("Juzang").key(), files.key());
  EXPECT_EQ(wrong_with(files, herd.now()),
            "Riley.crt: is for \"Juzang\", not for \"Riley\"; make it anew with `proxyherd certs init --renew`");
}

TEST(Certificate, of_another_CA_is_refused_though_that_has_the_same_name) {
  const HerdCertificates herd;
  const HerdCertificates foreign;
  const auto files = foreign.issue("Riley");
  HerdCertificates::copy(herd.folder() / "ca.crt", files.ca());
  EXPECT_EQ(wrong_with(files, herd.now()),
            "Riley.crt: is not signed by the herd's CA; make it anew with `proxyherd certs init --renew`");
}

TEST(Certificate, is_refused_before_and_after_its_time) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley", herd.now() - 3600, herd.now() + 3600);
  EXPECT_EQ(wrong_with(files, herd.now() - 3601),
            "Riley.crt: is valid from " + utc_text(herd.now() - 3600) +
                " on only: compare the clocks; make it anew with `proxyherd certs init --renew`");
  EXPECT_EQ(wrong_with(files, herd.now() - 3600), "nothing");
  EXPECT_EQ(wrong_with(files, herd.now() + 3599), "nothing");
  EXPECT_EQ(wrong_with(files, herd.now() + 3601), "Riley.crt: expired on " + utc_text(herd.now() + 3600) +
                                                      "; make it anew with `proxyherd certs init --renew`");
}

TEST(Certificate, of_a_CA_that_expired_is_refused_and_does_not_outlast_it) {
  const HerdCertificates herd;
  const auto files = herd.issue("Riley", herd.now(), herd.now() + 1000 * day);
  const auto end = herd.authority().certificate().valid_until();
  EXPECT_EQ(Certificate::read(files.certificate()).value().valid_until(), end);
  EXPECT_EQ(wrong_with(files, end + 1),
            "ca.crt: expired on " + utc_text(end) + "; begin anew with `proxyherd certs init --out` another folder");
}

TEST(Certificate, of_a_CA_cannot_serve_as_that_of_a_server) {
  const HerdCertificates herd;
  const auto files = herd.files("CA of the herd");
  HerdCertificates::copy(herd.folder() / "ca.crt", files.certificate());
  HerdCertificates::copy(herd.folder() / "ca.key", files.key());
  EXPECT_EQ(wrong_with(files, herd.now()),
            "CA of the herd.crt: is not for TLS between servers (it needs serverAuth and clientAuth); make it anew "
            "with `proxyherd certs init --renew`");
}

TEST(CertificateAuthority, is_never_overwritten) {
  const HerdCertificates herd;
  EXPECT_EQ(CertificateAuthority::make(herd.folder(), "coast", 0, day).error().message,
            (herd.folder() / "ca.crt").string() + ": is there already");
  std::filesystem::remove(herd.folder() / "ca.crt");
  EXPECT_EQ(CertificateAuthority::make(herd.folder(), "coast", 0, day).error().message,
            (herd.folder() / "ca.key").string() + ": is there already");
}

TEST(CertificateAuthority, signs_again_when_read_from_its_files) {
  const HerdCertificates herd;
  const auto again = CertificateAuthority::read(herd.folder()).value();
  EXPECT_TRUE(again.issue("Riley", herd.now(), herd.now() + day));
  EXPECT_EQ(wrong_with(herd.files("Riley"), herd.now()), "nothing");
}

TEST(CertificateAuthority, without_its_own_key_signs_nothing) {
  const HerdCertificates herd;
  const HerdCertificates foreign;
  const auto key = herd.folder() / "ca.key";
  HerdCertificates::copy(foreign.folder() / "ca.key", key);
  EXPECT_EQ(CertificateAuthority::read(herd.folder()).error().message,
            key.string() + ": is not the key of " + (herd.folder() / "ca.crt").string() +
                "; bring back the right one from where you keep it");
  std::filesystem::remove(key);
  EXPECT_EQ(CertificateAuthority::read(herd.folder()).error().message,
            key.string() +
                ": cannot be read: No such file or directory; it signs certificates: bring it back from "
                "where you keep it");
}

}  // namespace
}  // namespace herd::net
