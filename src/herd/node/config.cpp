#include "herd/node/config.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "herd/base/nearest_name.h"
#include "herd/base/text.h"
#include "herd/http/cross_origin.h"
#include "herd/node/toml_section.h"

namespace herd::node {

namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::uint64_t threads_bound = 256;
constexpr std::uint64_t clients_bound = 1'000'000'000'000;
constexpr std::uint64_t line_bytes_min = 1024;
constexpr std::uint64_t line_bytes_bound = 1024 * 1024;
constexpr double rate_min = 0.001;
constexpr double rate_bound = 1e9;
constexpr std::uint64_t google_timeout_ms_min = 100;
constexpr std::uint64_t google_timeout_ms_bound = 10'000;
constexpr std::uint64_t google_cache_s_bound = 3600;
constexpr std::uint64_t google_requests_bound = 1'000'000'000;

// Names become file names, fields of logs and words of AT lines; a leading dot or dash would be "..", a hidden file or
// an option of the command line.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && text.front() != '.' && text.front() != '-' &&
         is_plain(text, "_.-");
}

/// A link as one server names it.
struct NamedLink {
  std::string from;
  std::string to;
  std::size_t line;
};

/// Turns the tables of one file into a Config.
class ConfigReader {
 public:
  ConfigReader(const std::filesystem::path& file, PlainPeers plain_peers, Mistakes& mistakes, Mistakes& warnings)
      : folder_(file.parent_path()), plain_peers_(plain_peers), mistakes_(mistakes), warnings_(warnings) {}

  Config read(const toml::table& document) {
    const TomlSection top(
        document, "the file", 1,
        {"herd", "server", "tls", "auth", "mqtt", "places", "http", "trackers", "durability", "log", "limits"},
        mistakes_);
    read_herd(top.table("herd", {"name", "data", "threads"}));
    if (document.contains("tls")) read_tls(top.table("tls", {"peers", "clients", "clients_on", "line_clients_ca"}));
    read_auth(top.table("auth", {"tokens", "open"}));
    for (const auto& section : top.tables("server", {"id", "line", "peer", "http", "trackers", "talks_with"}))
      read_server(section);
    const auto* servers = document.get("server");
    if (servers == nullptr || (servers->is_array() && servers->as_array()->empty())) {
      mistakes_.add(1, "the file names no server; add a [[server]] with id, line and peer");
    }
    connect_links();
    if (document.contains("mqtt")) {
      config_.mqtt = read_mqtt(top.table("mqtt", mqtt_keys()), folder_, server_ids(), mistakes_);
    }
    read_places(top.table("places", {"files", "google_key_file", "google_url", "google_ca", "google_timeout_ms",
                                     "google_cache_s", "google_requests_per_day"}));
    for (auto& origin : top.table("http", {"cors_origins"}).strings("cors_origins", R"(["https://example.org"])")) {
      if (origin.value != "*" && !http::is_origin(origin.value)) {
        mistakes_.add(origin.line, "cors_origins names " + in_quotes(origin.value) +
                                       ", which is no origin; write https://HOST[:PORT], in lower case and without a "
                                       "path, or \"*\" for any");
      }
      config_.cors_origins.push_back(std::move(origin.value));
    }
    config_.owntracks_friends =
        top.table("trackers", {"owntracks_friends"}).boolean("owntracks_friends").value_or(false);
    read_durability(top.table("durability", {"mode"}));
    const auto traffic = top.table("log", {"traffic"}).choice("traffic", {"limited", "all", "off"});
    if (traffic && traffic->value == "all") config_.traffic = TrafficLogging::all;
    if (traffic && traffic->value == "off") config_.traffic = TrafficLogging::off;
    const auto limits =
        top.table("limits", {"clients_max", "line_bytes_max", "reports_per_client", "reports_per_client_burst",
                             "requests_per_address", "requests_per_address_burst"});
    config_.clients_max = limits.whole_number("clients_max", 1, clients_bound).value_or(config_.clients_max);
    config_.line_bytes_max =
        limits.whole_number("line_bytes_max", line_bytes_min, line_bytes_bound).value_or(config_.line_bytes_max);
    read_rates(limits);
    return std::move(config_);
  }

 private:
  std::optional<Located<std::string>> name(const TomlSection& section, std::string_view key, std::string_view example) {
    auto found = section.required_string(key, example);
    if (found && !is_name(found->value)) {
      mistakes_.add(found->line, std::string(key) + " is " + in_quotes(found->value) +
                                     "; it must be 1 to 64 letters, digits, _, . or - and not begin with . or -");
    }
    return found;
  }

  void read_herd(const TomlSection& section) {
    if (const auto herd = name(section, "name", "\"ucla\"")) config_.herd = herd->value;
    const auto data = section.string("data", "\"data\"");
    config_.data = (folder_ / (data ? data->value : "data")).lexically_normal();
    config_.threads = section.whole_number("threads", 1, threads_bound);
  }

  void read_tls(const TomlSection& section) {
    if (const auto folder = section.string("peers", "\"certs\"")) config_.peer_certificates = beside_file(*folder);
    config_.client_tls = read_client_tls(section, folder_, mistakes_);
    if (section.is_empty()) {
      mistakes_.add(section.line(),
                    "[tls] says nothing; add peers = \"certs\" for the links between servers, clients = "
                    "\"client-certs\" for the ports of clients, or both");
    }
  }

  void read_auth(const TomlSection& section) {
    if (const auto file = section.string("tokens", "\"tokens.toml\"")) config_.tokens = beside_file(*file);
    config_.is_open = section.boolean("open").value_or(false);
  }

  /// A port of clients that other machines can reach lets in nobody of whom nothing is known, unless told to.
  void check_door(const Located<std::string>& text, const Endpoint& endpoint, const std::string& key) {
    if (endpoint.host.empty() || endpoint.is_loopback() || config_.is_open || plain_peers_ == PlainPeers::anywhere) {
      return;
    }
    const auto reachable = key + " " + in_quotes(text.value) + " can be reached from other machines, and ";
    const auto loopback = "127.0.0.1:" + std::to_string(endpoint.port);
    if (key == "line" && !(config_.tokens && config_.client_tls.line_clients_ca)) {
      mistakes_.add(
          text.line,
          reachable +
              "the line protocol has no place for a token: let clients show certificates, with clients = "
              "\"client-certs\" and line_clients_ca = \"clients-ca.crt\" in [tls], and say what each may do, with "
              "`proxyherd token new --certificate CN` and tokens = \"tokens.toml\" in [auth]; or write " +
              loopback + ", or open = true in [auth] if whoever reaches it may do everything");
    } else if (!config_.tokens) {
      mistakes_.add(text.line, reachable +
                                   "whoever reaches it may report, read and forget every client: make tokens with "
                                   "`proxyherd token new` and add [auth] with tokens = \"tokens.toml\"; or write " +
                                   loopback + ", or open = true in [auth] if all the world may");
    }
  }

  void read_rates(const TomlSection& limits) {
    auto& rates = config_.rates;
    rates.reports_per_client = limits.number("reports_per_client", rate_min, rate_bound);
    rates.requests_per_address = limits.number("requests_per_address", rate_min, rate_bound);
    rates.reports_per_client_burst =
        limits.number("reports_per_client_burst", 1, rate_bound).value_or(rates.reports_per_client_burst);
    rates.requests_per_address_burst = limits.number("requests_per_address_burst", 1, rate_bound);
    const auto check = [&](const std::string& burst, const std::string& rate) {
      if (!limits.has(burst) || limits.has(rate)) return;
      mistakes_.add(limits.where(burst), burst + " is of no use without " + rate + "; add " + rate + " = 5.0");
    };
    check("reports_per_client_burst", "reports_per_client");
    check("requests_per_address_burst", "requests_per_address");
  }

  void read_server(const TomlSection& section) {
    ServerConfig server;
    if (const auto id = name(section, "id", "\"Riley\"")) {
      server.id = id->value;
      if (server.id == "ca" && config_.peer_certificates) {
        mistakes_.add(id->line, "id \"ca\" is taken: ca.crt and ca.key in the folder of [tls] are the CA's");
      }
      if (const auto [earlier, is_new] = id_lines_.try_emplace(id->value, id->line); !is_new) {
        mistakes_.add(id->line, "id " + in_quotes(id->value) + " is taken by the server of line " +
                                    std::to_string(earlier->second) + "; give each server its own");
      }
    }
    const auto who = server.id.empty() ? std::string("a server without id") : server.id;
    if (const auto line = section.required_string("line", "\"127.0.0.1:12000\"")) {
      server.line = endpoint(*line, who, "line");
      check_door(*line, server.line, "line");
    }
    if (const auto peer = section.required_string("peer", "\"127.0.0.1:13000\"")) {
      server.peer = endpoint(*peer, who, "peer");
      if (!server.peer.host.empty() && !server.peer.is_loopback() && !config_.peer_certificates &&
          plain_peers_ == PlainPeers::on_loopback_only) {
        mistakes_.add(peer->line, "peer " + in_quotes(peer->value) +
                                      " can be reached from other machines, and without TLS a peer port is for "
                                      "loopback only: run `proxyherd certs init` and add [tls] with peers = "
                                      "\"certs\", or write 127.0.0.1:" +
                                      std::to_string(server.peer.port));
      }
    }
    if (const auto http = section.string("http", "\"127.0.0.1:14000\"")) {
      server.http = endpoint(*http, who, "http");
      check_door(*http, *server.http, "http");
    }
    if (const auto trackers = section.string("trackers", "\"0.0.0.0:5055\"")) {
      server.trackers = endpoint(*trackers, who, "trackers");
      check_door(*trackers, *server.trackers, "trackers");
      const auto& tls = config_.client_tls;
      if (tls.folder && tls.is_on_http && !tls.is_on_trackers) {
        warnings_.add(trackers->line, "the trackers port of " + who +
                                          " is plain beside https; if its trackers know https, add \"trackers\" to "
                                          "clients_on");
      }
    }
    for (auto& neighbor : section.strings("talks_with", R"(["Jaquez", "Juzang"])")) {
      links_.push_back({server.id, std::move(neighbor.value), neighbor.line});
    }
    server_lines_.push_back(section.line());
    config_.servers.push_back(std::move(server));
  }

  /// An empty host if there is something wrong with it.
  Endpoint endpoint(const Located<std::string>& text, const std::string& server, const std::string& key) {
    auto parsed = parse_endpoint(text.value);
    if (!parsed) {
      mistakes_.add(text.line, key + " " + parsed.error().message);
      return {};
    }
    const auto key_text = (parsed->host == "localhost" ? Endpoint{"127.0.0.1", parsed->port} : *parsed).text();
    const auto user = "the " + key + " port of " + server + " in line " + std::to_string(text.line);
    if (const auto [taken, is_new] = endpoint_users_.try_emplace(key_text, user); parsed->port != 0 && !is_new) {
      mistakes_.add(text.line,
                    key + " " + in_quotes(text.value) + " is taken by " + taken->second + "; give each its own port");
    }
    return *std::move(parsed);
  }

  std::vector<std::string> server_ids() const {
    std::vector<std::string> ids;
    for (const auto& server : config_.servers) {
      if (!server.id.empty()) ids.push_back(server.id);
    }
    return ids;
  }

  void connect_links() {
    const auto ids = server_ids();
    for (const auto& link : links_) {
      if (link.from == link.to) {
        mistakes_.add(link.line, "talks_with of " + link.from + " names itself; name its neighbours only");
      } else if (!id_lines_.contains(link.to)) {
        mistakes_.add(link.line, "talks_with names " + in_quotes(link.to) + ", which is no server of this herd; " +
                                     did_you_mean(link.to, ids));
      } else {
        add_neighbor(link.from, link.to);
        add_neighbor(link.to, link.from);
      }
    }
    for (std::size_t i = 0; i < config_.servers.size(); ++i) {
      const auto& server = config_.servers[i];
      if (server.talks_with.empty() && config_.servers.size() > 1) {
        warnings_.add(server_lines_[i], server.id +
                                            " talks with nobody: its reports stay with it, and it learns of "
                                            "none; name neighbours in talks_with");
      }
      if (!server.talks_with.empty() && server.peer.port == 0) {
        warnings_.add(server_lines_[i], "the peer port of " + server.id +
                                            " is 0, any free one: no neighbour can find "
                                            "it; give it a number");
      }
    }
  }

  void add_neighbor(const std::string& id, const std::string& neighbor) {
    for (auto& server : config_.servers) {
      if (server.id != id) continue;
      const auto place = std::ranges::lower_bound(server.talks_with, neighbor);
      if (place == server.talks_with.end() || *place != neighbor) server.talks_with.insert(place, neighbor);
    }
  }

  std::filesystem::path beside_file(const Located<std::string>& path) const {
    return (folder_ / path.value).lexically_normal();
  }

  void read_places(const TomlSection& section) {
    for (const auto& file : section.strings("files", "[\"monaco.places\"]")) {
      config_.place_files.push_back(beside_file(file));
    }
    auto& google = config_.google;
    if (const auto file = section.string("google_key_file", "\"google.key\"")) google.key_file = beside_file(*file);
    if (const auto file = section.string("google_ca", "\"ca.pem\"")) google.authorities = beside_file(*file);
    if (const auto url = section.string("google_url", "\"https://maps.googleapis.com\"")) {
      if (auto parsed = parse_https_url(url->value)) {
        google.url = *std::move(parsed);
      } else {
        mistakes_.add(url->line, "google_url " + parsed.error().message);
      }
    }
    const auto set = [&](std::uint64_t& to, std::string_view key, std::uint64_t min, std::uint64_t max) {
      to = section.whole_number(key, min, max).value_or(to);
    };
    set(google.timeout_ms, "google_timeout_ms", google_timeout_ms_min, google_timeout_ms_bound);
    set(google.cache_s, "google_cache_s", 0, google_cache_s_bound);
    set(google.requests_per_day, "google_requests_per_day", 1, google_requests_bound);
  }

  void read_durability(const TomlSection& section) {
    const auto mode = section.choice("mode", {"off", "async", "sync"});
    if (mode && mode->value != "off") {
      warnings_.add(mode->line, "mode " + in_quotes(mode->value) +
                                    " has no effect: this version keeps nothing on disk, and a server that restarts "
                                    "learns from its neighbours");
    }
  }

  std::filesystem::path folder_;
  PlainPeers plain_peers_;
  Mistakes& mistakes_;
  Mistakes& warnings_;
  Config config_;
  std::vector<std::size_t> server_lines_;
  std::map<std::string, std::size_t> id_lines_;
  std::map<std::string, std::string> endpoint_users_;  // by "127.0.0.1:12000"
  std::vector<NamedLink> links_;
};

Error joined(const std::vector<std::string>& lines) {
  std::string message;
  for (const auto& line : lines) message += (message.empty() ? "" : "\n") + line;
  return {message};
}

}  // namespace

const ServerConfig* Config::find(std::string_view id) const {
  const auto found = std::ranges::find(servers, id, &ServerConfig::id);
  return found == servers.end() ? nullptr : &*found;
}

std::size_t Config::threads_of(const ServerConfig& server, std::size_t cpus) const {
  if (threads) return *threads;
  // A port on all addresses of its machine does not say which machine that is; that of its neighbours has to.
  const auto address_of = [](const ServerConfig& each) -> const Endpoint& {
    return each.line.host == "0.0.0.0" || each.line.host == "::" ? each.peer : each.line;
  };
  const auto& own = address_of(server);
  const auto beside_it = std::ranges::count_if(servers, [&](const auto& each) {
    const auto& other = address_of(each);
    return other.host == own.host || (other.is_loopback() && own.is_loopback());
  });
  const auto share = cpus / static_cast<std::size_t>(std::max<std::ptrdiff_t>(beside_it, 1));
  return std::clamp<std::size_t>(share, 1, threads_bound);
}

Result<Config> load_config(const std::filesystem::path& file, PlainPeers plain_peers) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  std::error_code ignored;
  // A folder opens, and fails only when read. (An empty file has nothing to copy, which is no failure to read it.)
  if (!in || std::filesystem::is_directory(file, ignored)) {
    const std::string reason = in ? "it is a folder" : std::strerror(errno);
    return Error{file.string() + ": cannot be read: " + reason + "; name the herd's file with --config FILE"};
  }
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  return parse_config(text.view(), file, plain_peers);
}

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file, PlainPeers plain_peers) {
  Mistakes mistakes(file.string());
  Mistakes warnings(file.string());
  toml::table document;
  try {
    document = toml::parse(text);
  } catch (const toml::parse_error& error) {
    mistakes.add(error.source().begin.line, error.description());
    return joined(mistakes.lines());
  }
  auto config = ConfigReader(file, plain_peers, mistakes, warnings).read(document);
  if (!mistakes.none()) return joined(mistakes.lines());
  config.warnings = warnings.lines();
  return config;
}

}  // namespace herd::node
