#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "herd/base/result.h"
#include "herd/base/time.h"
#include "herd/net/descriptor.h"
#include "herd/net/log_file.h"

struct mosquitto;  // libmosquitto's

namespace herd::net {

struct MqttOptions {
  std::string host;
  std::uint16_t port = 1883;
  bool is_tls = false;
  std::filesystem::path authorities = {};  ///< PEM, read for each connection; empty: those that the system trusts
  std::string client_id;
  /// The broker keeps what comes while we are away.
  bool is_persistent = false;
  std::string user = {};
  std::string password = {};
  std::vector<std::string> topics;  ///< subscribed to with QoS 1; may have + and #
};

/// What happened since the start.
struct MqttClientCounters {
  bool is_connected = false;
  std::uint64_t connects = 0;
  std::uint64_t failures = 0;         ///< to connect, and connections that were lost
  std::uint64_t messages = 0;         ///< that came
  std::uint64_t published = 0;        ///< and acknowledged
  std::uint64_t publish_dropped = 0;  ///< for want of room
};

/// What libmosquitto's code of a call that failed just now means; of some it is errno that says it.
std::string mqtt_failure(int code);

/// A client of an MQTT broker (3.1.1), on a thread of its own that connects again and again, 1 to 30 s apart. Not
/// libmosquitto's own thread: that ends at some errors, and waits with select(), which cannot see the sockets of a
/// server with more than 1024 of them. And each connection has an instance of libmosquitto of its own: 2.0.11 cannot go
/// on with one that used the system's authorities, nor does it say what became of its socket.
class MqttClient {
 public:
  static constexpr std::size_t topics_waiting_max = 100'000;
  static constexpr Duration wait_min = second;
  static constexpr Duration wait_max = 30 * second;
  static constexpr int keep_alive_s = 30;

  /// Of a message that came; the views are valid for the call.
  struct Message {
    std::string_view topic;
    std::string_view payload;
    bool is_retained;
  };

  /// `on_message` is called on the client's thread. The log outlives it. Throws std::runtime_error if the library
  /// will not have the options: the authorities, say.
  MqttClient(MqttOptions options, LogFile& log, std::function<void(const Message&)> on_message);
  MqttClient(MqttClient&&) = delete;
  MqttClient& operator=(MqttClient&&) = delete;
  /// Takes leave of the broker; waits if the host's name is being looked up.
  ~MqttClient();

  /// From any thread: publishes it, retained, as soon as it can. What waits for the same topic is replaced by it.
  void publish(std::string topic, std::string payload);
  /// From any thread: what waits for the topic is not published, and what is not acknowledged yet is not repeated.
  void withdraw(std::string_view topic);
  /// From any thread: whether withdraw() would find nothing, whatever the topic.
  bool is_idle() const;

  MqttClientCounters counters() const;

 private:
  struct Free {
    void operator()(mosquitto* client) const;
  };

  using Handle = std::unique_ptr<mosquitto, Free>;

  struct Sent {
    int number;
    std::string topic;
    std::string payload;
    bool is_withdrawn = false;
  };

  Result<Handle> make();
  void set_callbacks();
  void run();
  void connect();
  void talk(int timeout_ms);
  void lose(const std::string& reason);
  void settle_acknowledged();  // while mutex_ is held
  void publish_waiting();
  void on_connect(int code);
  std::string broker() const;

  const MqttOptions options_;
  LogFile& log_;
  const std::function<void(const Message&)> on_message_;
  Descriptor wake_;

  // Of the thread alone.
  std::string refusal_;            // what the broker said to our CONNECT
  std::string untrusted_;          // why its certificate is not trusted
  std::string tls_failure_;        // what else went wrong with TLS
  std::vector<int> acknowledged_;  // numbers of what is in flight still
  Handle client_;                  // null: there is no connection, nor the beginning of one
  Duration wait_ = wait_min;
  Time connect_at_ = 0;

  mutable std::mutex mutex_;
  std::deque<Sent> in_flight_;  // not acknowledged yet
  // Payloads by topic; topics_waiting_max, and what was in flight.
  std::map<std::string, std::string, std::less<>> waiting_;
  std::string published_last_;  // topic
  std::atomic<bool> is_stopping_ = false;
  std::atomic<bool> is_connected_ = false;
  std::atomic<std::uint64_t> connects_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  std::atomic<std::uint64_t> messages_ = 0;
  std::atomic<std::uint64_t> published_ = 0;
  std::atomic<std::uint64_t> publish_dropped_ = 0;
  std::thread thread_;  // the last: it uses all of the above
};

}  // namespace herd::net
