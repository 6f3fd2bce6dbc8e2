#include "herd/node/client_ports.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "herd/net/clock.h"
#include "herd/node/certificate_expiry.h"

namespace herd::node {

namespace {

/// Of misunderstandings on clients' ports, a second: whoever causes them must not fill the log.
constexpr unsigned warnings_max = 20;
/// However many clients there are, those who look after the server get through.
constexpr std::size_t http_connections_own = 64;

}  // namespace

ClientPorts::ClientPorts(net::EventLoops& loops, const Config& config, const ServerConfig& self,
                         std::size_t connections_max, const Services& services)
    : self_(self),
      line_bytes_max_(config.line_bytes_max),
      is_rated_(config.rates.requests_per_address.has_value()),
      tls_config_(config.client_tls),
      tls_(config.client_tls.read(self.id).value()),
      log_(services.log),
      line_(loops, line_options(connections_max, services), services.herd, services.places, services.log,
            services.on_turn_end) {
  if (self.http || self.trackers) {
    http_ = std::make_unique<net::HttpServer>(loops, http_options(connections_max, services), services.http,
                                              services.log, services.on_turn_end);
  }
  if (tls_.certificate() != nullptr) tell_certificate();
}

net::LineServer::Options ClientPorts::line_options(std::size_t connections_max, const Services& services) {
  return {.host = self_.line.host,
          .port = self_.line.port,
          .line_bytes_max = line_bytes_max_,
          .connections_max = connections_max,
          .connections_elsewhere =
              [this] {
                const auto http = sum(http_connections());
                return http - std::min(http, http_connections_own);
              },
          .tls = tls_.line,
          // Otherwise the line protocol has no place for what would be asked for.
          .access = tls_.line && tls_config_.line_clients_ca ? &services.access : nullptr,
          .rates = is_rated_ ? &services.access : nullptr,
          .warn = [this](const std::string& text) { warn(text); }};
}

net::HttpServer::Options ClientPorts::http_options(std::size_t connections_max, const Services& services) {
  net::HttpServer::Options options;
  const auto add = [&options](const std::optional<Endpoint>& endpoint, bool is_tls) {
    if (endpoint) options.addresses.push_back({endpoint->host, endpoint->port, !is_tls});
  };
  add(self_.http, tls_config_.is_on_http);
  add(self_.trackers, tls_config_.is_on_trackers);
  options.connections_max = connections_max;
  options.connections_own = http_connections_own;
  options.connections_elsewhere = [this] { return sum(line_connections()); };
  options.tls = tls_.http;
  options.feed = services.feed;
  options.warn = [this](const std::string& text) { warn(text); };
  return options;
}

std::string ClientPorts::http_text() const {
  if (!http_) return {};
  const auto addresses = http_->port().addresses();
  std::string text;
  if (self_.http) text += ", http " + addresses.front();
  if (self_.trackers) text += ", trackers " + addresses.back();
  return text;
}

std::vector<std::size_t> ClientPorts::http_connections() const {
  return http_ ? http_->port().connections() : std::vector<std::size_t>();
}

std::uint64_t ClientPorts::connections_refused() const {
  return line_.port().connections_refused() + (http_ ? http_->port().connections_refused() : 0);
}

std::uint64_t ClientPorts::connections_given_up() const {
  return line_.port().connections_given_up() + (http_ ? http_->port().connections_given_up() : 0);
}

std::size_t ClientPorts::sum(const std::vector<std::size_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

void ClientPorts::read_certificates_again() {
  if (!tls_config_.folder) return;
  auto read = tls_config_.read(self_.id);
  if (!read) {
    return log_.error("certificates for clients not read, the ones before stay in use: " + read.error().message);
  }
  tls_ = *std::move(read);
  if (tls_.line) line_.port().set_tls(*tls_.line);
  if (tls_.http && http_) http_->port().set_tls(*tls_.http);
  tell_certificate();
}

void ClientPorts::tell_certificate() {
  log_.info("certificate for clients read: " + tls_.certificate()->common_name() + ", valid until " +
            net::utc_text(tls_.certificate()->valid_until()) + " (" + tls_config_.files(self_.id).certificate.string() +
            ")");
  warn_of_expiry();
}

void ClientPorts::warn_of_expiry() {
  if (tls_.certificate() == nullptr) return;
  const auto warning =
      expiry_warning(tls_config_.files(self_.id).certificate, tls_.certificate()->valid_until(),
                     net::wall_now() / second, "and clients will refuse it then: put a new one there and send SIGHUP");
  if (warning) log_.warn(*warning);
}

/// From any thread.
void ClientPorts::warn(const std::string& text) {
  const auto this_second = net::steady_now() / second;
  if (warned_in_.exchange(this_second) != this_second) warnings_ = 0;
  if (warnings_.fetch_add(1) < warnings_max) log_.warn(text);
}

void ClientPorts::drain() {
  line_.port().close();
  if (http_) http_->port().drain();
}

bool ClientPorts::are_empty() const {
  return sum(line_connections()) + sum(http_connections()) == 0;
}

void ClientPorts::close() {
  line_.port().close();
  if (http_) http_->port().close();
}

}  // namespace herd::node
