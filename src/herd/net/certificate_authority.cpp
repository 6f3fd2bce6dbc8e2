#include "herd/net/certificate_authority.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdexcept>
#include <unistd.h>

#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

constexpr long x509_version_3 = 2;
constexpr int serial_bits = 127;
constexpr mode_t owner_only = 0600;
constexpr mode_t readable = 0644;

void must(bool done, const std::string& what) {
  if (!done) throw std::runtime_error("OpenSSL cannot " + what + ": " + take_openssl_reason());
}

OpensslKey new_key() {
  OpensslKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  must(key != nullptr, "make a key");
  return key;
}

void name(X509_NAME* subject, const char* field, const std::string& value) {
  must(X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                  static_cast<int>(value.size()), -1, 0) == 1,
       "name a certificate " + value);
}

struct Extension {
  int kind;
  std::string value;
};

/// A certificate of `key` for `common_name`; the issuer is the certificate itself if `issuer` is null.
Certificate sign(EVP_PKEY* key, const std::string& organization, const std::string& common_name, std::int64_t from,
                 std::int64_t until, X509* issuer, EVP_PKEY* issuer_key, const std::vector<Extension>& extensions) {
  const std::unique_ptr<X509, OpensslFree<X509_free>> made(X509_new());
  auto* certificate = made.get();
  X509_set_version(certificate, x509_version_3);
  const std::unique_ptr<BIGNUM, OpensslFree<BN_free>> serial(BN_new());
  must(BN_rand(serial.get(), serial_bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr,
       "draw a serial number");
  ASN1_TIME_set(X509_getm_notBefore(certificate), from);
  ASN1_TIME_set(X509_getm_notAfter(certificate), until);
  name(X509_get_subject_name(certificate), "O", organization);
  name(X509_get_subject_name(certificate), "CN", common_name);
  if (issuer == nullptr) issuer = certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  X509_set_pubkey(certificate, key);
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  for (const auto& [kind, value] : extensions) {
    const std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "add " + value);
  }
  must(X509_sign(certificate, issuer_key, EVP_sha256()) != 0, "sign a certificate");
  return Certificate(certificate);
}

std::string text_of(const OpensslBio& bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(const Certificate& certificate) {
  const OpensslBio bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(bio.get(), certificate.handle()) == 1, "write a certificate");
  return text_of(bio);
}

std::string pem_of(EVP_PKEY* key) {
  const OpensslBio bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "write a key");
  return text_of(bio);
}

/// All or nothing: a server that reads meanwhile sees the old file or the new one.
Result<void> write_file(const std::filesystem::path& file, const std::string& content, mode_t mode) {
  const auto unfinished = file.string() + ".new";
  unlink(unfinished.c_str());
  const int descriptor = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  bool done = descriptor >= 0 && write(descriptor, content.data(), content.size()) == ssize_t(content.size()) &&
              fsync(descriptor) == 0;
  if (descriptor >= 0) done = close(descriptor) == 0 && done;
  if (!done || rename(unfinished.c_str(), file.c_str()) != 0) {
    return Error{file.string() + ": cannot be written: " + std::strerror(errno) +
                 "; choose another folder with --out, or make this one writable"};
  }
  return {};
}

}  // namespace

Result<CertificateAuthority> CertificateAuthority::make(const std::filesystem::path& folder, const std::string& herd,
                                                        std::int64_t from, std::int64_t until) {
  for (const auto* file : {"ca.crt", "ca.key"}) {
    if (std::filesystem::exists(folder / file)) return Error{(folder / file).string() + ": is there already"};
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{folder.string() + ": cannot be made: " + error.message() + "; choose another with --out"};
  std::shared_ptr<EVP_PKEY> key = new_key();
  auto certificate = sign(key.get(), herd, "CA of the herd", from, until, nullptr, key.get(),
                          {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                           {NID_key_usage, "critical,keyCertSign,cRLSign"},
                           {NID_subject_key_identifier, "hash"}});
  auto written = write_file(folder / "ca.key", pem_of(key.get()), owner_only);
  if (written) written = write_file(folder / "ca.crt", pem_of(certificate), readable);
  if (!written) return written.error();
  return CertificateAuthority(folder, std::move(certificate), std::move(key));
}

Result<CertificateAuthority> CertificateAuthority::read(const std::filesystem::path& folder) {
  auto certificate = Certificate::read(folder / "ca.crt");
  if (!certificate) return certificate.error();
  const auto key_file = folder / "ca.key";
  const OpensslBio bio(BIO_new_file(key_file.c_str(), "r"));
  if (!bio) {
    const std::string reason = std::strerror(errno);
    ERR_clear_error();
    return Error{key_file.string() + ": cannot be read: " + reason +
                 "; it signs certificates: bring it back from where you keep it"};
  }
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (key == nullptr || X509_check_private_key(certificate->handle(), key.get()) != 1) {
    ERR_clear_error();
    return Error{key_file.string() + ": is not the key of " + (folder / "ca.crt").string() +
                 "; bring back the right one from where you keep it"};
  }
  return CertificateAuthority(folder, *std::move(certificate), std::move(key));
}

Result<Certificate> CertificateAuthority::issue(const std::string& server, std::int64_t from,
                                                std::int64_t until) const {
  const auto key = new_key();
  const auto end = std::min(until, certificate_.valid_until());
  auto certificate = sign(key.get(), certificate_.organization(), server, from, end, certificate_.handle(), key_.get(),
                          {{NID_basic_constraints, "critical,CA:FALSE"},
                           {NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, "serverAuth,clientAuth"},
                           {NID_subject_alt_name, "DNS:" + server},
                           {NID_subject_key_identifier, "hash"},
                           {NID_authority_key_identifier, "keyid"}});
  const CertificateFiles files{folder_, server};
  auto written = write_file(files.key(), pem_of(key.get()), owner_only);
  if (written) written = write_file(files.certificate(), pem_of(certificate), readable);
  if (!written) return written.error();
  return certificate;
}

}  // namespace herd::net
