#include "herd/net/client_tls.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <openssl/err.h>
#include <string_view>
#include <sys/stat.h>
#include <utility>

#include "herd/net/openssl_handles.h"

namespace herd::net {

namespace {

/// Several records come with one read of the socket.
constexpr std::size_t read_buffer_bytes = 32 * 1024;

/// As ALPN has it: each name with its length before it.
constexpr std::string_view http_1_1 = "\x08http/1.1";

int select_http(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned in_size, void* /*context*/) {
  unsigned char* selected = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(http_1_1.data());
  if (SSL_select_next_proto(&selected, out_size, ours, http_1_1.size(), in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

// Asking for a passphrase would stop the server at its terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

Result<void> check_readable(const std::filesystem::path& file, const char* remedy) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return Error{file.string() + ": cannot be read: it is a folder; " + remedy};
  }
  if (std::ifstream(file).is_open()) return {};
  return Error{file.string() + ": cannot be read: " + std::strerror(errno) + "; " + remedy};
}

Result<void> check_files(const ClientTls::Files& files) {
  auto checked = check_readable(files.certificate, "put the server's certificate there, as PEM, with those of its CAs");
  if (checked) checked = check_readable(files.key, "put the certificate's key there, as PEM");
  if (checked && files.clients_ca) {
    checked = check_readable(*files.clients_ca, "put the certificate of the CA of your line clients there, as PEM");
  }
  if (!checked) return checked;
  struct stat status{};
  if (::stat(files.key.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
    return Error{files.key.string() + ": every user of this machine can read it, and whoever has it can pass for " +
                 "this server; chmod 600 it"};
  }
  return {};
}

Error failed(const std::filesystem::path& file, const std::string& what) {
  return {file.string() + ": " + what + " (" + take_openssl_reason() + ")"};
}

Result<void> load(SSL_CTX* context, const ClientTls::Files& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return failed(files.certificate, "holds no certificate as PEM that can be used");
  }
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1) return {};
  if (ERR_GET_REASON(ERR_peek_last_error()) != X509_R_KEY_VALUES_MISMATCH &&
      ERR_GET_REASON(ERR_peek_last_error()) != X509_R_KEY_TYPE_MISMATCH) {
    return failed(files.key, "holds no private key as PEM without passphrase");
  }
  ERR_clear_error();
  return Error{files.certificate.string() + " and " + files.key.string() +
               " do not belong together; put the certificate and the key that were made together there"};
}

Result<void> demand_certificates(SSL_CTX* context, const std::filesystem::path& file) {
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    return failed(file, "holds no certificate as PEM");
  }
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(file.c_str()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  return {};
}

}  // namespace

Result<ClientTls> ClientTls::read(const Files& files, Protocol protocol) {
  if (const auto checked = check_files(files); !checked) return checked.error();
  std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  auto* context = made.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // there are tickets
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, read_buffer_bytes);
  if (protocol == Protocol::http) SSL_CTX_set_alpn_select_cb(context, select_http, nullptr);
  if (const auto loaded = load(context, files); !loaded) return loaded.error();
  if (files.clients_ca) {
    if (const auto demanded = demand_certificates(context, *files.clients_ca); !demanded) return demanded.error();
  }
  return ClientTls(std::move(made), Certificate(SSL_CTX_get0_certificate(context)));
}

}  // namespace herd::net
