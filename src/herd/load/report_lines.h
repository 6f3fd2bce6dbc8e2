#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/time.h"

namespace herd::load {

/// Made-up clients that move at random, all of them from one seed.
struct MovingClients {
  std::uint64_t count = 100'000;
  std::size_t id_bytes = 23;  ///< at least id_bytes_min(count)
  double step_m = 10;         ///< how far a client moves between two reports
  std::uint64_t seed = 1;
};

/// The shortest ids that so many clients can have.
std::size_t id_bytes_min(std::uint64_t clients);

/// The id of client `number`, the same in every run: "bench-00000000000000042".
std::string client_id(const MovingClients& clients, std::uint64_t number);

/// Writes the IAMAT lines of every `stride`th client, from client `first` on, in turn: each client begins somewhere
/// on the Earth (85 degrees south to north) and moves by one step in one of 16 directions before each further report.
/// All lines are equally long, so only digits change from one to the next.
class ReportLines {
 public:
  ReportLines(const MovingClients& clients, std::uint64_t first, std::uint64_t stride);

  std::size_t line_bytes() const { return line_.size(); }

  /// Writes the next client's line, line_bytes() long, to `out`. `time` is POSIX ns, after 2001 and before 2286, and
  /// later than in any call before.
  void write(char* out, Time time);

  std::size_t clients() const { return clients_.size(); }
  /// The time of the newest report of client number `first` + i * `stride`; 0 if there was none.
  Time newest_time(std::size_t i) const { return clients_[i].newest; }

 private:
  struct Client {
    std::int32_t latitude_e6;
    std::int32_t longitude_e6;
    Time newest;
  };

  void move(Client& client);

  std::uint64_t first_;
  std::uint64_t stride_;
  std::uint64_t random_;
  double step_e6_;
  std::vector<Client> clients_;
  std::size_t next_ = 0;
  std::string line_;  // the last one written
  std::size_t id_end_;
};

}  // namespace herd::load
