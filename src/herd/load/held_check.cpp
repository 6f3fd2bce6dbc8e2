#include "herd/load/held_check.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "herd/load/whatsat_conversation.h"
#include "herd/net/client_tls.h"
#include "herd/net/clock.h"
#include "herd/net/server_trust.h"

namespace herd::load {
namespace {

constexpr std::uint64_t under_way_max = 256;
constexpr Duration answer_time_max = 5 * second;
constexpr Duration wait_max = 50 * millisecond;
constexpr Duration round_min = 10 * millisecond;

/// Asks for the clients of these indices, and returns those that are not held.
Result<std::vector<std::size_t>> ask_for(WhatsatConversation& conversation, const std::vector<HeldQuestion>& questions,
                                         const std::vector<std::size_t>& indices,
                                         const std::function<bool()>& give_up) {
  std::vector<std::size_t> not_held;
  std::size_t asked = 0;
  std::size_t answered = 0;
  auto answered_at = net::steady_now();
  while (answered < indices.size()) {
    while (asked < indices.size() && conversation.under_way() < under_way_max) {
      conversation.ask(questions[indices[asked++]].client);
    }
    const auto exchanged = conversation.exchange(net::steady_now() + wait_max, [&](std::string_view line) {
      const auto index = indices[answered++];
      const auto time = reported_time(line, questions[index].client);
      if (!time || *time < questions[index].newest) not_held.push_back(index);
      answered_at = net::steady_now();
    });
    if (!exchanged) return exchanged.error();
    if (net::steady_now() > answered_at + answer_time_max) return Error{"no answer within 5 s"};
    if (give_up()) return Error{"interrupted"};
  }
  return not_held;
}

}  // namespace

Result<std::vector<std::size_t>> find_not_held(net::ClientSocket socket, const std::vector<HeldQuestion>& questions,
                                               Duration patience, const std::function<bool()>& give_up) {
  WhatsatConversation conversation(std::move(socket));
  std::vector<std::size_t> indices(questions.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  auto progress_at = net::steady_now();
  for (;;) {
    const auto round_end = net::steady_now() + round_min;
    auto not_held = ask_for(conversation, questions, indices, give_up);
    if (!not_held || not_held->empty()) return not_held;
    if (not_held->size() < indices.size()) progress_at = net::steady_now();
    if (net::steady_now() >= progress_at + patience) return not_held;
    indices = *std::move(not_held);
    // Nothing comes in between; this waits for the end of the round.
    const auto waited = conversation.exchange(round_end, [](std::string_view) {});
    if (!waited) return waited.error();
  }
}

Result<void> check_line_port(net::ClientSocket socket, Duration patience) {
  WhatsatConversation conversation(std::move(socket));
  conversation.ask("bench-is-anybody-there");
  bool speaks_tls = false;
  auto exchanged = conversation.exchange(net::steady_now() + patience,
                                         [&](std::string_view line) { speaks_tls = line == net::speaks_tls_line; });
  if (speaks_tls) return Error{std::string(net::speaks_tls_remedy)};
  if (exchanged && conversation.under_way() > 0) return Error{"does not answer WHATSAT"};
  return exchanged;
}

}  // namespace herd::load
