#include "herd/net/line_session.h"

#include <memory>

#include "herd/net/client_tls.h"
#include "herd/net/clock.h"

namespace herd::net {

using protocols::LineProtocol;

namespace {

ClientSession::Next after(LineProtocol::Next next) {
  switch (next) {
    case LineProtocol::Next::input:
      return ClientSession::Next::input;
    case LineProtocol::Next::write:
      return ClientSession::Next::write;
    case LineProtocol::Next::places:
      return ClientSession::Next::answer;
    case LineProtocol::Next::close:
      break;
  }
  return ClientSession::Next::close;
}

}  // namespace

LineSession::LineSession(ClientStream stream, const Services& services, std::string client_address)
    : ClientSession(std::move(stream)),
      services_(services),
      protocol_(services.herd, services.log, services.line_bytes_max, std::move(client_address)) {
  if (services.rates != nullptr) protocol_.limit_rate(*services.rates);
  if (services.access != nullptr && !this->stream().is_greeting()) on_greeted();
}

/// Who it is that speaks is known, as far as it ever will be.
void LineSession::on_greeted() {
  if (services_.access == nullptr) return;
  const auto name = stream().client_certificate();
  auto grant = services_.access->grant({.authorization = {}, .secret_id = {}, .certificate = name});
  if (!grant)
    grant = std::make_shared<const protocols::Grant>(std::vector<std::string>(), std::vector<protocols::Verb>());
  protocol_.limit_to(std::move(grant), *services_.access);
}

LineSession::Next LineSession::on_input(std::string_view bytes, Desk& desk) {
  received_at_ = wall_now();
  if (input_has_ended()) protocol_.end_of_input();
  protocol_.push(bytes);
  return go_on(desk);
}

LineSession::Next LineSession::go_on(Desk& desk) {
  const auto next = protocol_.advance(received_at_, desk.replies);
  // Others take their turns on the desk while this one waits.
  protocol_.keep();
  return after(next);
}

void LineSession::ask(Bring bring) {
  services_.places.find_nearby(protocol_.take_questions(), [this, bring = std::move(bring)](
                                                               std::vector<std::string> answers) {
    bring([this, answers = std::move(answers)](Desk& desk) mutable { return take_places(std::move(answers), desk); });
  });
}

LineSession::Next LineSession::take_places(std::vector<std::string> answers, Desk& desk) {
  if (answers.empty()) return Next::abort;
  protocol_.answer_places(std::move(answers));
  return go_on(desk);
}

LineSession::Next LineSession::on_misunderstanding(bool speaks_tls, Desk& desk) {
  services_.warn("line port: " + protocol_.client_address() +
                 (speaks_tls ? " speaks TLS, and this port does not; see clients in [tls] of herd.toml"
                             : " does not speak TLS, and this port speaks nothing else"));
  if (!speaks_tls) desk.replies = std::string(speaks_tls_line) + "\n";
  return Next::close;
}

void LineSession::on_tls_failure(std::string_view reason) {
  services_.warn("line port: " + protocol_.client_address() + " refused: TLS: " + std::string(reason));
}

}  // namespace herd::net
