#include "herd/node/server.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>

#include "herd/api/http_api.h"
#include "herd/base/text.h"
#include "herd/flood/link.h"
#include "herd/live/live_feed.h"
#include "herd/net/background_work.h"
#include "herd/net/clock.h"
#include "herd/net/event_loops.h"
#include "herd/net/log_file.h"
#include "herd/net/neighbor_link.h"
#include "herd/net/peer_listener.h"
#include "herd/node/access_control.h"
#include "herd/node/client_ports.h"
#include "herd/node/figures.h"
#include "herd/node/mqtt_door.h"
#include "herd/node/node.h"
#include "herd/node/peer_certificates.h"
#include "herd/node/place_source.h"
#include "herd/node/self_description.h"
#include "herd/node/status.h"

namespace herd::node {

namespace {

constexpr std::uint64_t traffic_lines_per_second = 20'000;
/// How long requests that have begun may take to their end once a server was told to end.
constexpr Duration drain_max = second;
/// And how long it then goes on telling its neighbours what they do not have yet.
constexpr Duration farewell_max = second;
constexpr Duration day = 24 * 3600 * second;

std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

/// Empty if the file cannot be read.
std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t traffic_limit(TrafficLogging traffic) {
  switch (traffic) {
    case TrafficLogging::off:
      return 0;
    case TrafficLogging::limited:
      return traffic_lines_per_second;
    case TrafficLogging::all:
      return TrafficLog::unlimited;
  }
  return 0;
}

/// Descriptors that clients leave to neighbours, HTTP and files, and those that each event loop has of its own.
constexpr rlim_t descriptors_reserved = 256;
constexpr rlim_t descriptors_per_loop = 4;

/// Raises the limit of descriptors to what the system allows, and returns how many clients that lets us serve.
std::size_t raise_descriptor_limit(std::size_t loops) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const auto reserved = descriptors_reserved + descriptors_per_loop * loops;
  return limit.rlim_cur > 2 * reserved ? limit.rlim_cur - reserved : limit.rlim_cur / 2;
}

std::unique_ptr<RateLimits> address_limits(const RateLimitConfig& rates) {
  constexpr double burst_s = 10;
  if (!rates.requests_per_address) return nullptr;
  const auto burst = rates.requests_per_address_burst.value_or(burst_s * *rates.requests_per_address);
  return std::make_unique<RateLimits>(*rates.requests_per_address, burst, random_bits());
}

/// Where whoever reaches the server may do everything, but web pages must not reach it: its names.
std::optional<std::vector<std::string>> own_hosts(const Config& config, const ServerConfig& self) {
  if (config.tokens || config.is_open) return std::nullopt;
  std::vector<std::string> hosts;
  for (const auto& endpoint : {self.http, self.trackers}) {
    if (endpoint) hosts.push_back(endpoint->host);
  }
  return hosts;
}

/// This server's live feeds.
class Feed : public net::LiveLoop::Feed {
 public:
  explicit Feed(Node& node) : feed_(node, node.store()) {}

  std::unique_ptr<live::LiveStream> open(const http::HttpLive& live, Time now, std::function<void()> wake) override {
    return feed_.open(live, now, std::move(wake));
  }
  void tick(Time now) override { feed_.tick(now); }
  std::size_t subscribers() const override { return feed_.subscribers(); }
  /// Any thread may read them.
  const live::LiveCounters& counters() const { return feed_.counters(); }

 private:
  live::LiveFeed feed_;
};

/// A link's two halves: what is said on it, and the connection it is said on.
struct Neighbor {
  Neighbor(const flood::Identity& self, const ServerConfig& other, const net::PeerTls* tls, Node& node,
           net::EventLoop& loop, net::LogFile& log, std::function<void()> on_accepted)
      : link(self, other.id, node.store(), log, options(other)),
        connection(loop, {other.peer.host, other.peer.port, self.server < other.id, other.peer.is_loopback(), tls},
                   link, log, std::move(on_accepted), random_bits()) {}

  static flood::LinkOptions options(const ServerConfig& other) {
    return {.hello_max = flood::hello_max_for(other.peer.is_loopback())};
  }

  flood::Link link;
  net::NeighborLink connection;
};

/// One running server: its parts, in the order they depend on one another.
class Server {
 public:
  Server(const Config& config, const ServerConfig& self, const OwnFiles& files)
      : self_config_(self),
        herd_file_(files.herd_file),
        loops_(config.threads_of(self, net::usable_cpus())),
        log_(config.data / self.id / "server.log", traffic_limit(config.traffic)),
        identity_{config.herd, self.id, random_bits() | 1U},
        node_(config.herd, self.id, config.clients_max, random_bits()),
        tokens_(config.tokens),
        access_(address_limits(config.rates)),
        places_(config, files.executable, loops_.size(), log_),
        certificates_(config, self, log_),
        neighbors_(connect_neighbors(config, self)),
        api_(node_, places_.provider(), access_, self_,
             {config.cors_origins, {config.owntracks_friends, &log_}, own_hosts(config, self)}),
        ports_(loops_, config, self, raise_descriptor_limit(loops_.size() + 1),
               {.herd = node_,
                .places = places_.provider(),
                .http = api_,
                .access = access_,
                .log = log_,
                .on_turn_end = [this] { wake_neighbors(); },
                .feed = &feed_}),
        peer_(loop_, self.peer.host, self.peer.port, identity_, those_who_dial(), certificates_.tls(),
              flood::hello_max_for(self.peer.is_loopback()), log_) {
    if (config.mqtt && config.mqtt->is_for(self.id)) {
      mqtt_ = std::make_unique<MqttDoor>(*config.mqtt, config.herd, node_, node_.store(), log_,
                                         [this] { wake_neighbors(); });
      loop_.every(MqttDoor::publish_every, [this] {
        if (mqtt_) mqtt_->publish_changes();
      });
    }
    loop_.every(second, [this] { on_second(); });
    loop_.every(SelfDescription::look_every, [this] { self_.look_at_readiness(); });
    loop_.every(Node::survey_every, [this] { survey(); });
    loop_.on_terminate([this] { say_farewell(); });
    loop_.on_hangup([this] { on_hangup(); });
    if (const auto& rates = config.rates; rates.reports_per_client) {
      node_.limit_reports(
          std::make_unique<RateLimits>(*rates.reports_per_client, rates.reports_per_client_burst, random_bits()));
    }
    if (config.tokens) {
      tell_tokens(access_.read(*config.tokens).value());
    }
    certificates_.tell();
    loop_.every(day, [this] {
      certificates_.warn_of_expiry();
      ports_.warn_of_expiry();
    });
    reading_.emplace([this] {
      read_tokens_again();
      places_.open_files_again();
      compare_herd_file();
    });
    for (const auto& warning : config.warnings) log_.warn(warning);
  }

  void run() {
    const auto announcement =
        self_config_.id + " serves: " + ports_.line_text() + ", peer " + peer_.address() + ports_.http_text();
    log_.info(announcement + " (proxyherd " HERD_VERSION ", " + counted(loops_.size(), "thread") + ", epoch " +
              std::to_string(identity_.epoch) + ")");
    std::cout << announcement << std::endl;
    try {
      loops_.run();
    } catch (const std::exception& error) {
      // Connections that are open still refer to the parts of this server: they cannot be taken apart in order.
      std::cerr << "proxyherd serve: " << error.what() << std::endl;
      std::_Exit(1);
    }
    reading_.reset();
    log_.info("stopped");
  }

 private:
  std::vector<std::unique_ptr<Neighbor>> connect_neighbors(const Config& config, const ServerConfig& self) {
    std::vector<std::unique_ptr<Neighbor>> neighbors;
    for (const auto& id : self.talks_with) {
      neighbors.push_back(std::make_unique<Neighbor>(identity_, *config.find(id), certificates_.tls(), node_, loop_,
                                                     log_, [this] { wake_neighbors(); }));
    }
    return neighbors;
  }

  std::vector<net::NeighborLink*> those_who_dial() {
    std::vector<net::NeighborLink*> dialling;
    for (const auto& neighbor : neighbors_) {
      if (neighbor->link.neighbor() < self_config_.id) dialling.push_back(&neighbor->connection);
    }
    return dialling;
  }

  void on_hangup() {
    // SIGHUP comes from the terminal too, when that is closed.
    if (has_terminal_ && isatty(STDIN_FILENO) == 0) return say_farewell();
    reading_->ask();
    places_.read_key_again();
    ports_.read_certificates_again();
    certificates_.read_again();
  }

  void read_tokens_again() {
    if (!tokens_) return;
    if (const auto read = access_.read(*tokens_)) {
      tell_tokens(*read);
    } else {
      log_.error("tokens not read, the ones before stay in use: " + read.error().message);
    }
  }

  void compare_herd_file() {
    if (text_of(herd_file_) == herd_file_text_) return;
    log_.warn(herd_file_.string() + " has changed since the start; it is read at the start only: start " +
              self_config_.id + " again");
  }

  void tell_tokens(const std::optional<std::string>& warning) {
    log_.info("tokens read: " + std::to_string(access_.counters().tokens) + " (" + tokens_->string() + ")");
    if (warning) log_.warn(*warning);
  }

  /// Once per turn, whatever came in it; from the threads of all loops.
  void wake_neighbors() {
    const auto changes = node_.store().changes();
    if (changes_announced_.load(std::memory_order_relaxed) == changes) return;
    if (changes_announced_.exchange(changes) == changes) return;
    for (const auto& neighbor : neighbors_) neighbor->connection.wake();
  }

  /// In steps, so that it keeps nobody waiting.
  void survey() {
    if (!node_.survey()) loop_.soon([this] { survey(); });
  }

  void on_second() {
    const auto now = net::steady_now();
    const auto reports = node_.counters().reports;
    reports_per_s_ = static_cast<double>(reports - reports_then_) * second / static_cast<double>(now - rated_at_);
    reports_then_ = reports;
    rated_at_ = now;
    node_.expire(net::wall_now());
    log_.tick();
  }

  StatusContext look() const {
    StatusContext context;
    context.herd = identity_.herd;
    context.server = identity_.server;
    context.now = net::steady_now();
    context.started_at = started_at_;
    context.is_stopping = stopping_since_ != 0;
    context.reports_per_s = reports_per_s_;
    context.connections = ports_.line_connections();
    context.connections_refused = ports_.connections_refused();
    context.connections_given_up = ports_.connections_given_up();
    context.log_lines_dropped = log_.lines_lost();
    context.traffic_lines_left_out = log_.traffic_left_out();
    context.peer_refusals = peer_.refusals();
    context.google = places_.google_status();
    std::vector<const net::NeighborLink*> links;
    for (const auto& neighbor : neighbors_) links.push_back(&neighbor->connection);
    context.look_at(node_, links);
    context.groups.push_back(http_figures(ports_));
    context.groups.push_back(live_figures(feed_.counters()));
    context.groups.push_back(app_figures(api_.apps()));
    context.groups.push_back(access_figures(access_));
    if (mqtt_) context.groups.push_back(mqtt_figures(*mqtt_));
    return context;
  }

  /// Takes nothing new from clients, and closes the links once the neighbours have all that was taken.
  void say_farewell() {
    if (stopping_since_ != 0) return;
    log_.info("told to stop");
    stopping_since_ = net::steady_now();
    self_.look_at_readiness();
    ports_.drain();
    peer_.close();
    mqtt_.reset();
    loop_.every(5 * millisecond, [this] { go_on_with_farewell(); });
  }

  void go_on_with_farewell() {
    const auto now = net::steady_now();
    if (farewell_until_ == 0) {
      const bool is_drained = ports_.are_drained();
      if (!is_drained && now - stopping_since_ < drain_max) return ports_.drain();
      if (!is_drained) {
        log_.warn("cut off: HTTP requests that came to no end within " + std::to_string(drain_max / second) + " s");
      }
      farewell_until_ = now + farewell_max;
      ports_.close();
    }
    const bool all_told =
        ports_.are_empty() && std::ranges::all_of(neighbors_, [&](const auto& neighbor) {
          return !neighbor->link.is_up() || (!neighbor->link.has_unsent() && neighbor->link.lag(now) == 0);
        });
    if (!all_told && now < farewell_until_) return;
    for (const auto& neighbor : neighbors_) neighbor->connection.close("this server is stopping");
    loop_.cease();
  }

  const ServerConfig& self_config_;
  const std::filesystem::path herd_file_;
  const std::string herd_file_text_ = text_of(herd_file_);
  net::EventLoops loops_;
  net::EventLoop& loop_ = loops_.main();
  net::LogFile log_;
  flood::Identity identity_;
  Node node_;
  const std::optional<std::filesystem::path> tokens_;
  AccessControl access_;
  PlaceSource places_;
  PeerCertificates certificates_;
  std::vector<std::unique_ptr<Neighbor>> neighbors_;
  SelfDescription self_{loop_, [this] { return look(); }};
  api::HttpApi api_;
  Feed feed_{node_};
  ClientPorts ports_;
  net::PeerListener peer_;
  std::unique_ptr<MqttDoor> mqtt_;
  std::optional<net::BackgroundWork> reading_;  // of files, at SIGHUP; always there while the loops run

  const bool has_terminal_ = isatty(STDIN_FILENO) == 1;
  std::atomic<store::Sequence> changes_announced_ = 0;
  Time started_at_ = net::steady_now();
  Time rated_at_ = started_at_;
  std::uint64_t reports_then_ = 0;
  double reports_per_s_ = 0;
  Time stopping_since_ = 0;  // 0: it is not
  Time farewell_until_ = 0;  // 0: clients may still have requests under way
};

}  // namespace

int run_server(const Config& config, const ServerConfig& server, const OwnFiles& files) {
  Server(config, server, files).run();
  return 0;
}

}  // namespace herd::node
