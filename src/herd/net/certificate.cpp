#include "herd/net/certificate.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "herd/base/text.h"
#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

using Store = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;

constexpr std::size_t name_bytes_max = 64;
constexpr auto make_it = "make it with `proxyherd certs init`";
constexpr auto make_anew = "make it anew with `proxyherd certs init --renew`";

std::int64_t posix_seconds(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return 0;
  return timegm(&fields);
}

std::string printable(std::string_view bytes) {
  std::string text;
  append_printable(text, bytes, name_bytes_max);
  return text;
}

std::string subject_entry(X509* certificate, int kind) {
  const auto* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, kind, -1);
  if (index < 0) return {};
  const auto* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index));
  return printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                    static_cast<std::size_t>(ASN1_STRING_length(value))});
}

OpensslBio open_file(const std::filesystem::path& file) {
  return OpensslBio(BIO_new_file(file.c_str(), "r"));
}

Error cannot_read(const std::filesystem::path& file) {
  const std::string reason = std::strerror(errno);
  ERR_clear_error();
  return {file.string() + ": cannot be read: " + reason + "; " + make_it};
}

// Asking for a passphrase would stop the server at its terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

Result<OpensslKey> read_key(const std::filesystem::path& file) {
  const auto bio = open_file(file);
  if (!bio) return cannot_read(file);
  struct stat status{};
  if (stat(file.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
    return Error{file.string() + ": every user of this machine can read it, and whoever has it can join the herd; " +
                 "chmod 600 it"};
  }
  OpensslKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    ERR_clear_error();
    return Error{file.string() + ": holds no private key as PEM without passphrase; " + make_anew};
  }
  return key;
}

/// Whether the certificate is signed by a CA of the file and may be used as a client's and a server's.
Result<void> verify(const Certificate& certificate, const CertificateFiles& files, std::int64_t now) {
  const Store store(X509_STORE_new());
  if (X509_STORE_load_file(store.get(), files.ca().c_str()) != 1) {
    ERR_clear_error();
    return Error{files.ca().string() + ": holds no certificate; copy the herd's CA certificate there"};
  }
  for (const int purpose : {X509_PURPOSE_SSL_CLIENT, X509_PURPOSE_SSL_SERVER}) {
    const Verification verification(X509_STORE_CTX_new());
    X509_STORE_CTX_init(verification.get(), store.get(), certificate.handle(), nullptr);
    X509_STORE_CTX_set_purpose(verification.get(), purpose);
    X509_STORE_CTX_set_time(verification.get(), 0, now);
    if (X509_verify_cert(verification.get()) == 1) continue;
    ERR_clear_error();
    const int code = X509_STORE_CTX_get_error(verification.get());
    auto* at_fault = X509_STORE_CTX_get_current_cert(verification.get());
    if (at_fault != nullptr && X509_STORE_CTX_get_error_depth(verification.get()) > 0) {
      const Certificate issuer(at_fault);
      return Error{files.ca().string() + ": " + verification_failure(issuer, code) +
                   "; begin anew with `proxyherd certs init --out` another folder"};
    }
    return Error{files.certificate().string() + ": " + verification_failure(certificate, code) + "; " + make_anew};
  }
  return {};
}

}  // namespace

std::string take_openssl_reason() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

Certificate::Certificate(x509_st* shared) : handle_(shared, X509_free) {
  X509_up_ref(shared);
}

Result<Certificate> Certificate::read(const std::filesystem::path& file) {
  const auto bio = open_file(file);
  if (!bio) return cannot_read(file);
  const std::unique_ptr<X509, OpensslFree<X509_free>> read(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!read) {
    ERR_clear_error();
    return Error{file.string() + ": holds no certificate as PEM; " + make_anew};
  }
  return Certificate(read.get());
}

std::string Certificate::common_name() const {
  return subject_entry(handle_.get(), NID_commonName);
}

std::string Certificate::organization() const {
  return subject_entry(handle_.get(), NID_organizationName);
}

std::vector<std::string> Certificate::names() const {
  std::vector<std::string> names;
  const OpensslNames alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(handle_.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const auto* alternative = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (alternative->type != GEN_DNS) continue;
    const auto* text = alternative->d.dNSName;
    names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                       static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  return names;
}

bool Certificate::is_for(std::string_view name) const {
  const auto all = names();
  return std::ranges::find(all, name) != all.end();
}

std::int64_t Certificate::valid_from() const {
  return posix_seconds(X509_get0_notBefore(handle_.get()));
}

std::int64_t Certificate::valid_until() const {
  return posix_seconds(X509_get0_notAfter(handle_.get()));
}

Result<Certificate> check_certificate(const CertificateFiles& files, std::int64_t now) {
  if (!open_file(files.ca())) return cannot_read(files.ca());
  const auto key = read_key(files.key());
  if (!key) return key.error();
  auto certificate = Certificate::read(files.certificate());
  if (!certificate) return certificate;
  if (X509_check_private_key(certificate->handle(), key->get()) != 1) {
    ERR_clear_error();
    return Error{files.certificate().string() + " and " + files.key().string() + " do not belong together; " +
                 "make both anew with `proxyherd certs init --renew`"};
  }
  if (const auto verified = verify(*certificate, files, now); !verified) return verified.error();
  if (!certificate->is_for(files.server)) {
    return Error{files.certificate().string() + ": is for \"" + certificate->common_name() + "\", not for \"" +
                 files.server + "\"; " + make_anew};
  }
  return certificate;
}

std::string verification_failure(const Certificate& certificate, int code) {
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "expired on " + utc_text(certificate.valid_until());
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "is valid from " + utc_text(certificate.valid_from()) + " on only: compare the clocks";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "is not signed by the herd's CA";
    case X509_V_ERR_INVALID_PURPOSE:
      return "is not for TLS between servers (it needs serverAuth and clientAuth)";
    default:
      return std::string("is not valid: ") + X509_verify_cert_error_string(code);
  }
}

std::string utc_text(std::int64_t posix_seconds) {
  const std::time_t time = posix_seconds;
  std::tm fields{};
  gmtime_r(&time, &fields);
  std::array<char, 64> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &fields)};
}

}  // namespace herd::net
