#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

#include "herd/app/fleet.h"
#include "herd/base/time.h"
#include "herd/net/client_socket.h"
#include "herd/net/server_trust.h"
#include "herd/node/endpoint.h"

namespace herd::app {

/// One connection to a server's line port that carries the reports of a fleet, pipelined, and checks every reply.
/// When the server goes away it is called again, more and more patiently; reports that were not answered by then are
/// not sent again, since newer ones follow. Never blocks, but for looking up a host's name.
class ReportConnection {
 public:
  /// The clocks at one moment.
  struct Moment {
    Time steady;                   ///< for intervals
    Time posix;                    ///< for reports
    std::optional<Duration> play;  ///< how far the replay is; none: send as fast as the server answers
  };

  struct Counts {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;  ///< with an AT line
    std::uint64_t refused = 0;   ///< with anything else
    std::uint64_t lost = 0;      ///< sent, but the connection ended before the answer
    std::uint64_t reconnects = 0;
  };

  /// `say` gets a line for people when the server goes, comes back, refuses something for the first time, or is not
  /// trusted when it comes back (once until it is).
  /// `trust` is what to speak TLS with; none: the port is plain.
  ReportConnection(std::string server, node::Endpoint endpoint, std::optional<net::ServerTrust> trust, Fleet fleet,
                   Time now, std::function<void(const std::string&)> say);
  ReportConnection(const ReportConnection&) = delete;
  ReportConnection& operator=(const ReportConnection&) = delete;

  /// What to wait for with poll(2); its fd is -1 while there is nothing.
  pollfd poll_entry() const;
  /// Whether not to wait.
  bool may_have_unread() const { return state_ == State::open && socket_.may_have_unread(); }
  /// The steady time by which take_turn() is wanted, whatever happens.
  std::optional<Time> wake_at() const;
  /// When the next report is due, if one could be sent now.
  std::optional<Duration> next_due() const;

  /// Reads what there is, connects if it is time to, sends what is due. `revents` is what poll(2) said.
  void take_turn(short revents, const Moment& now);

  /// Sends nothing more; what has been sent may still be answered.
  void stop() { stopping_ = true; }

  /// Nothing more will happen: all is sent and answered, or the server could never be reached or spoken to.
  bool done() const;
  bool ever_connected() const { return ever_connected_ && state_ != State::given_up; }

  const std::string& server() const { return server_; }
  const node::Endpoint& endpoint() const { return endpoint_; }
  const Fleet& fleet() const { return fleet_; }
  const Counts& counts() const { return counts_; }
  const std::string& first_refused() const { return first_refused_; }

 private:
  struct Address {
    sockaddr_storage bytes;
    socklen_t size;
  };
  enum class State { waiting, connecting, greeting, open, given_up };

  bool all_sent() const { return stopping_ || !fleet_.next_due(); }
  bool has_room() const;
  bool resolve(std::string& why);
  void connect(const Moment& now);
  void finish_connecting(short revents, const Moment& now);
  void greet(const Moment& now);
  void opened();
  void read_replies(const Moment& now);
  void take_reply(std::string_view reply);
  void write_reports(const Moment& now);
  void append_report(const Moment& now);
  void drop(const std::string& why, const Moment& now);
  void give_up(const std::string& why);

  std::string server_;
  node::Endpoint endpoint_;
  std::optional<net::ServerTrust> trust_;
  Fleet fleet_;
  std::function<void(const std::string&)> say_;
  Time first_connect_by_;

  State state_ = State::waiting;
  net::ClientSocket socket_;
  Time wake_at_;          // waiting: when to connect; connecting and greeting: when to lose patience
  Duration backoff_ = 0;  // the last wait, 0 after an answer
  std::vector<Address> addresses_;
  std::size_t address_ = 0;
  bool ever_connected_ = false;
  bool refusal_is_said_ = false;  // that TLS failed since the server went
  bool stopping_ = false;

  std::string out_;  // reports not yet written, from out_begin_ on
  std::size_t out_begin_ = 0;
  std::string in_;  // the beginning of a reply
  std::uint64_t unanswered_ = 0;
  Time last_report_ = 0;  // no two reports have the same time
  Counts counts_;
  std::string first_refused_;
};

}  // namespace herd::app
