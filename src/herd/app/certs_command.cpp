#include "herd/app/certs_command.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

#include "herd/app/herd_file.h"
#include "herd/app/table.h"
#include "herd/app/terminal.h"
#include "herd/app/usage_error.h"
#include "herd/base/text.h"
#include "herd/net/certificate_authority.h"
#include "herd/net/clock.h"

namespace herd::app {

namespace {

constexpr std::int64_t day_s = 24 * 3600;
constexpr std::int64_t ca_days = 3650;
constexpr double days_min = 1.0 / 86'400;
constexpr double days_max = ca_days;
constexpr double days_unless_told = 365;
/// A certificate that has no longer than that is made anew; servers warn from then on.
constexpr std::int64_t left_min_s = 14 * day_s;
/// Servers whose clocks are late must take a new certificate too.
constexpr std::int64_t backdated_s = day_s;

struct InitOptions {
  std::string config_file;
  std::string out;
  double days = days_unless_told;
  bool renew = false;
};

/// The certificates of one herd in one folder, made or kept.
class Certificates {
 public:
  Certificates(const node::Config& config, std::filesystem::path folder, const InitOptions& options)
      : config_(config), folder_(std::move(folder)), options_(options), now_(net::wall_now() / second) {}

  /// A row for each.
  Table make() {
    Table table({{"NAME"}, {"CERTIFICATE"}, {"VALID UNTIL"}, {""}});
    const auto add_row = [&](const std::string& name, const std::string& file, const net::Certificate& certificate,
                             const std::string& what) {
      table.add_row({{name}, {(folder_ / file).string()}, {net::utc_text(certificate.valid_until())}, {what}});
    };
    const bool is_new = !exists(folder_ / "ca.crt") && !exists(folder_ / "ca.key");
    if (is_new) {
      authority_ =
          net::CertificateAuthority::make(folder_, config_.herd, now_ - backdated_s, now_ + ca_days * day_s).value();
    }
    if (!exists(folder_ / "ca.crt")) {
      throw std::runtime_error((folder_ / "ca.crt").string() +
                               ": is missing, though ca.key is there; bring it back or, if no server has a certificate "
                               "of that CA, remove ca.key");
    }
    add_row("the CA", "ca.crt", net::Certificate::read(folder_ / "ca.crt").value(), is_new ? "made" : "kept");
    for (const auto& server : config_.servers) {
      const net::CertificateFiles files{folder_, server.id};
      const auto held = net::check_certificate(files, now_);
      const bool is_kept = held && !options_.renew && held->valid_until() - now_ > left_min_s;
      const std::string what = is_kept ? "kept" : exists(files.certificate()) ? "renewed" : "made";
      add_row(server.id, server.id + ".crt", is_kept ? *held : issue(server.id), what);
    }
    return table;
  }

 private:
  net::Certificate issue(const std::string& server) {
    // Not before there is something to sign: the CA's key may well be elsewhere.
    if (!authority_) authority_ = net::CertificateAuthority::read(folder_).value();
    if (authority_->certificate().valid_until() <= now_) {
      throw std::runtime_error((folder_ / "ca.crt").string() + ": expired on " +
                               net::utc_text(authority_->certificate().valid_until()) +
                               "; make a new CA in another folder with --out, for all servers");
    }
    const auto valid_s = static_cast<std::int64_t>(options_.days * static_cast<double>(day_s));
    return authority_->issue(server, now_ - backdated_s, now_ + valid_s).value();
  }

  const node::Config& config_;
  std::filesystem::path folder_;
  const InitOptions& options_;
  std::int64_t now_;
  std::optional<net::CertificateAuthority> authority_;
};

int init(const InitOptions& options) {
  // Off loopback it is for this command to make the TLS that is missing.
  const auto config = load_herd(options.config_file, node::PlainPeers::anywhere);
  if (config.find("ca") != nullptr) {
    throw UsageError(options.config_file +
                     ": id \"ca\": its files would be those of the CA; name the server otherwise");
  }
  const auto config_folder = std::filesystem::absolute(options.config_file).parent_path();
  std::filesystem::path folder = options.out;
  if (options.out.empty()) {
    folder = config.peer_certificates.value_or(std::filesystem::path(options.config_file).parent_path() / "certs");
  }
  const auto table = Certificates(config, folder, options).make();
  std::cout << "herd " << config.herd << "\n\n"
            << table.text(shows_colour(STDOUT_FILENO)) << '\n'
            << "A server needs its own .crt and .key and ca.crt. Keep " << (folder / "ca.key").string()
            << " off the servers:\nwhoever has it can join the herd. A running server reads its files on SIGHUP.\n";
  const auto relative = std::filesystem::absolute(folder).lexically_normal().lexically_proximate(config_folder);
  const auto named = config.peer_certificates ? std::filesystem::absolute(*config.peer_certificates) : "";
  if (named.lexically_normal().lexically_proximate(config_folder) != relative) {
    std::cout << "\n"
              << (config.peer_certificates ? "Change in " : "Add to ") << options.config_file
              << ":\n\n[tls]\npeers = \"" << relative.string() << "\"\n";
  }
  return 0;
}

}  // namespace

void add_certs_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<InitOptions>();
  auto& certs = *app.add_subcommand("certs", "Make the certificates with which servers trust one another");
  certs.require_subcommand(1);
  certs.footer(
      "They secure the links between servers; those that clients see come from elsewhere. docs/tls.md has all of it.\n"
      "\n"
      "Example:\n"
      "  proxyherd certs init\n");
  auto& command =
      *certs.add_subcommand("init", "Make the herd's CA and a certificate for each server; again: the rest");
  command.add_option("--out", options->out, "The folder (default: that of [tls], or certs beside herd.toml)")
      ->type_name("FOLDER");
  command
      .add_option("--days", options->days,
                  "How long new certificates of servers are valid, 3650 at most; also part of a day")
      ->type_name("N")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const auto days = parse_number(text);
        const bool is_right = days && *days >= days_min && *days <= days_max;  // NaN is neither
        return is_right ? "" : "\"" + text + "\" is no number of days: a second at least, and 3650 days at most";
      });
  command.add_flag("--renew", options->renew, "Make all certificates of servers anew, by the CA that is there");
  add_config_option(command, options->config_file);
  command.footer(
      "The CA is made once and never overwritten. Certificates that are valid for more than 14 days are kept.\n"
      "Servers take part with [tls] in herd.toml; docs/tls.md has all of it.\n"
      "\n"
      "Examples:\n"
      "  proxyherd certs init\n"
      "  proxyherd certs init --renew --days 90\n");
  command.callback([options, &action] { action = [options] { return init(*options); }; });
}

}  // namespace herd::app
