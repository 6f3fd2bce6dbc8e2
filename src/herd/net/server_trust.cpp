#include "herd/net/server_trust.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <openssl/err.h>
#include <optional>
#include <utility>

#include "herd/net/certificate.h"
#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

constexpr std::string_view name_the_authority = "; --ca FILE names the authority to trust";

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

Error failed(const std::filesystem::path& file, const std::string& what) {
  const bool is_there = std::ifstream(file).is_open();
  const char* reason = is_there ? ERR_reason_error_string(ERR_peek_error()) : std::strerror(errno);
  return {file.string() + ": " + what + ": " + (reason == nullptr ? "unknown reason" : reason)};
}

Result<void> load_authorities(SSL_CTX* context, const std::filesystem::path& file) {
  if (file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    return Error{failed(file, "no certificates can be read from it").message +
                 "; name a PEM file of the authorities to trust"};
  }
  return {};
}

Result<void> load_certificate(SSL_CTX* context, const ServerTrust::Files& files) {
  if (files.certificate.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return failed(files.certificate, "no certificate can be read from it");
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return failed(files.key, "no key of " + files.certificate.string() + " can be read from it");
  }
  return {};
}

/// X509_V_OK, or what is wrong with the time.
int check_time(const X509* certificate) {
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) return X509_V_ERR_CERT_NOT_YET_VALID;
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) return X509_V_ERR_CERT_HAS_EXPIRED;
  return X509_V_OK;
}

}  // namespace

/// What one handshake is about, and what came of it.
struct ServerTrust::Expectation {
  struct Known {
    Certificate certificate;
    std::string file;
  };

  std::string host;
  std::optional<Known> known;  // as its file has it now
  std::string refusal;

  /// OpenSSL owns those of its handles.
  static int index() {
    static const int number =
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr,
                             [](void* /*ssl*/, void* data, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*argument*/,
                                void* /*pointer*/) { delete static_cast<Expectation*>(data); });
    return number;
  }
  static Expectation* of(const SSL* handle) { return static_cast<Expectation*>(SSL_get_ex_data(handle, index())); }

  /// Called once for the certificates that the server shows.
  static int verify(X509_STORE_CTX* verification, void* /*argument*/) {
    auto& expected =
        *of(static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx())));
    auto* shown = X509_STORE_CTX_get0_cert(verification);
    if (expected.known && X509_cmp(shown, expected.known->certificate.handle()) == 0) {
      const int outcome = check_time(shown);
      X509_STORE_CTX_set_error(verification, outcome);
      X509_STORE_CTX_set_current_cert(verification, shown);
      if (outcome == X509_V_OK) return 1;
    } else if (X509_verify_cert(verification) == 1) {
      return 1;
    }
    expected.refusal = expected.refusal_text(verification, X509_STORE_CTX_get_error(verification));
    return 0;
  }

  std::string refusal_text(X509_STORE_CTX* verification, int code) const {
    const Certificate shown(X509_STORE_CTX_get0_cert(verification));
    auto* current = X509_STORE_CTX_get_current_cert(verification);
    const Certificate at_fault = current == nullptr ? shown : Certificate(current);
    const bool is_authority = at_fault.handle() != shown.handle();
    const auto its = "its certificate (\"" + shown.common_name() + "\") ";
    switch (code) {
      case X509_V_ERR_HOSTNAME_MISMATCH:
      case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return its + "is not for " + host + "; use a name or an address that it is for";
      case X509_V_ERR_CERT_HAS_EXPIRED:
      case X509_V_ERR_CERT_NOT_YET_VALID:
        return its + (is_authority ? "is of an authority whose certificate " : "") +
               verification_failure(at_fault, code) +
               (code == X509_V_ERR_CERT_HAS_EXPIRED ? "; it must be renewed" : "");
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        if (!known) return its + "is of no authority that is trusted" + std::string(name_the_authority);
        return its + "is neither that of " + known->file +
               " nor of an authority that is trusted; if that file is new, " +
               "the server reads it on SIGHUP; else --ca FILE names the authority to trust";
      default:
        return its + "is not trusted: " + X509_verify_cert_error_string(code) + std::string(name_the_authority);
    }
  }
};

Result<ServerTrust> ServerTrust::read(const Files& files) {
  ServerTrust trust(std::shared_ptr<SSL_CTX>(SSL_CTX_new(TLS_client_method()), SSL_CTX_free));
  auto* context = trust.context();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, Expectation::verify, nullptr);
  auto loaded = load_authorities(context, files.authorities);
  if (loaded) loaded = load_certificate(context, files);
  ERR_clear_error();  // the system may lack what it has by default
  if (!loaded) return loaded.error();
  return trust;
}

ServerTrust ServerTrust::knowing(const std::filesystem::path& certificate) const {
  auto trust = *this;
  trust.known_file_ = certificate;
  return trust;
}

void ServerTrust::prepare(ssl_st* handle, const std::string& host) const {
  auto expectation = std::make_unique<Expectation>(host);
  if (!known_file_.empty()) {
    if (auto read = Certificate::read(known_file_)) {
      expectation->known = Expectation::Known{*std::move(read), known_file_.string()};
    }
  }
  SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool host_is_set = is_address(host)
                               ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str()) == 1
                               : SSL_set1_host(handle, host.c_str()) == 1 &&
                                     SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                              const_cast<char*>(host.c_str())) == 1;
  if (!host_is_set || SSL_set_ex_data(handle, Expectation::index(), expectation.get()) != 1) throw std::bad_alloc();
  [[maybe_unused]] const auto* const owned_by_handle = expectation.release();
}

std::string ServerTrust::failure(const ssl_st* handle, unsigned long tls_error) {
  if (const auto& refusal = Expectation::of(handle)->refusal; !refusal.empty()) return refusal;
  const bool shows_certificate = SSL_get_certificate(handle) != nullptr;
  switch (ERR_GET_LIB(tls_error) == ERR_LIB_SSL ? ERR_GET_REASON(tls_error) : 0) {
    case SSL_AD_REASON_OFFSET + SSL_AD_CERTIFICATE_REQUIRED:
      return "it demands a certificate; --certificate FILE and --key FILE name one";
    case SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE:
      if (!shows_certificate) {
        return "it ends the handshake; if it demands a certificate, --certificate FILE and --key FILE name one";
      }
      break;
    case SSL_AD_REASON_OFFSET + SSL_AD_CERTIFICATE_EXPIRED:
      return "it says that our certificate has expired";
    case SSL_AD_REASON_OFFSET + SSL_AD_UNKNOWN_CA:
    case SSL_AD_REASON_OFFSET + SSL_AD_DECRYPT_ERROR:
      if (shows_certificate) return "it says that the certificate of --certificate is of no authority that it trusts";
      break;
    case SSL_AD_REASON_OFFSET + SSL_AD_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "it does not speak TLS 1.2 or newer";
    case SSL_R_WRONG_VERSION_NUMBER:
      return "it does not speak TLS";
    default:
      break;
  }
  const char* reason = ERR_reason_error_string(tls_error);
  return std::string("TLS failed: ") + (reason == nullptr ? "unknown reason" : reason);
}

}  // namespace herd::net
