#include "herd/net/peer_tls.h"

#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

/// Several records come with one read of the socket.
constexpr std::size_t read_buffer_bytes = 64 * 1024;

/// Called for each certificate of a neighbour's chain; notes what is wrong for PeerStream to tell.
int note_refusal(int accepted, X509_STORE_CTX* verification) {
  if (accepted == 1) return 1;
  const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const Certificate shown(X509_STORE_CTX_get0_cert(verification));
  auto* current = X509_STORE_CTX_get_current_cert(verification);
  const Certificate at_fault = current == nullptr ? shown : Certificate(current);
  const int code = X509_STORE_CTX_get_error(verification);
  const bool is_ca = X509_STORE_CTX_get_error_depth(verification) > 0 && code == X509_V_ERR_CERT_HAS_EXPIRED;
  auto& refusal = *static_cast<std::string*>(SSL_get_app_data(ssl));
  refusal = "its certificate (\"" + shown.common_name() + "\") " + (is_ca ? "is of a CA that " : "") +
            verification_failure(at_fault, code);
  return 0;
}

}  // namespace

Result<PeerTls> PeerTls::read(const CertificateFiles& files, std::int64_t now) {
  auto certificate = check_certificate(files, now);
  if (!certificate) return certificate.error();
  std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  auto* context = made.get();
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  // The end of a connection needs no proof: what was not acknowledged is sent again.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_NO_AUTO_CHAIN);  // all have the CA's certificate
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, read_buffer_bytes);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, note_refusal);
  if (SSL_CTX_load_verify_file(context, files.ca().c_str()) != 1 ||
      SSL_CTX_use_certificate_chain_file(context, files.certificate().c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, files.key().c_str(), SSL_FILETYPE_PEM) != 1) {
    return Error{files.folder.string() + ": the certificates of " + files.server +
                 " changed while they were read: " + take_openssl_reason() + "; try again"};
  }
  return PeerTls(std::move(made), *std::move(certificate));
}

}  // namespace herd::net
