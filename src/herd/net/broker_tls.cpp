#include "herd/net/broker_tls.h"

#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "herd/net/https_client.h"

namespace herd::net {
namespace {

/// Called for each certificate that was looked at.
int note_reason(int is_trusted, X509_STORE_CTX* store) {
  if (is_trusted == 0) {
    const auto* connection =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* untrusted = static_cast<std::string*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    *untrusted = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
  }
  return is_trusted;
}

}  // namespace

Result<std::shared_ptr<ssl_ctx_st>> make_broker_tls(const std::filesystem::path& authorities, const std::string& host,
                                                    std::string& untrusted) {
  std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  auto* context = made.get();
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (authorities.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else {
    if (const auto checked = HttpsClient::check_authorities(authorities); !checked) return checked.error();
    SSL_CTX_load_verify_file(context, authorities.c_str());
  }
  auto* expected = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) != 1 &&
      X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size()) != 1) {
    throw std::bad_alloc();
  }
  ERR_clear_error();  // a name is no address
  SSL_CTX_set_app_data(context, &untrusted);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_reason);
  return made;
}

}  // namespace herd::net
