#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "herd/base/time.h"
#include "herd/load/report_answers.h"
#include "herd/load/report_lines.h"
#include "herd/net/client_socket.h"

namespace herd::load {

/// One connection of a load generator: sends the reports of its clients in turn and takes the answers. The first
/// answer and about one in a thousand later ones are compared with what was sent.
class LoadConnection {
 public:
  static constexpr std::size_t unsent_bytes_max = 64 * 1024;
  /// What receive() needs for bytes of its own.
  static constexpr std::size_t buffer_bytes = 64 * 1024 + ReportAnswers::line_bytes_max;

  LoadConnection(net::ClientSocket socket, std::size_t target, ReportLines lines);

  int descriptor() const { return socket_.descriptor(); }
  std::size_t target() const { return target_; }
  const ReportLines& lines() const { return lines_; }

  bool is_open() const { return descriptor() >= 0; }
  /// Why it is no longer open: "Connection reset by peer".
  const std::string& why_closed() const { return why_closed_; }

  /// Puts reports into line to be sent; their times begin with `now` (POSIX) and rise by 1 ns.
  void append(std::uint64_t reports, Time now);
  bool has_room() const { return out_.size() < unsent_bytes_max; }
  /// Sends as much as the socket takes.
  void send();
  bool has_unsent() const { return sent_bytes_ < out_.size(); }

  /// Whether to receive on before awaiting the socket, which may never be readable again.
  bool may_have_unread() const { return socket_.may_have_unread(); }
  /// Takes what has arrived, using `buffer` for the time of the call, and returns how many answers there were.
  std::uint64_t receive(std::span<char> buffer);

  std::uint64_t reported() const { return reported_; }
  std::uint64_t under_way() const { return reported_ - answers_.count(); }
  const ReportAnswers& answers() const { return answers_; }

 private:
  void close(std::string why);

  net::ClientSocket socket_;
  std::size_t target_;
  ReportLines lines_;
  ReportAnswers answers_;
  std::string out_;
  std::size_t sent_bytes_ = 0;  // of out_
  std::string rest_;            // the beginning of an answer
  std::uint64_t reported_ = 0;
  std::uint64_t next_checked_ = 0;
  Time newest_ = 0;
  std::string why_closed_;
};

}  // namespace herd::load
