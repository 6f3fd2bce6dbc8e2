#include "herd/app/send_command.h"

#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "herd/app/herd_file.h"
#include "herd/app/server_trusts.h"
#include "herd/app/usage_error.h"
#include "herd/base/text.h"
#include "herd/net/client_tls.h"
#include "herd/net/line_client.h"

namespace herd::app {

namespace {

constexpr Duration connect_time_max = 5 * second;

struct SendOptions {
  std::string config_file;
  std::string target;
  std::vector<std::string> words;
  TlsOptions tls;
};

/// Prints replies as they come and remembers whether one of them was "? ...".
class ReplyPrinter {
 public:
  void print(std::string_view bytes) {
    std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
    if (beginning_.size() <= net::speaks_tls_line.size())
      beginning_ += bytes.substr(0, net::speaks_tls_line.size() + 1);
    for (const char c : bytes) {
      refused_ |= column_ == 1 && after_question_mark_ && c == ' ';
      after_question_mark_ = column_ == 0 && c == '?';
      column_ = c == '\n' ? 0 : column_ + 1;
    }
  }
  bool refused() const { return refused_; }
  /// Whether a port of TLS was spoken to plainly.
  bool speaks_tls() const { return beginning_ == std::string(net::speaks_tls_line) + "\n"; }

 private:
  std::string beginning_;
  std::size_t column_ = 0;
  bool after_question_mark_ = false;
  bool refused_ = false;
};

struct Target {
  node::Endpoint address;
  std::string server;  // empty if an address was given
  std::optional<net::ServerTrust> trust;
};

Target find_target(const SendOptions& options) {
  ServerTrusts trusts(options.tls);
  if (options.target.find(':') == std::string::npos) {
    const auto config = load_herd(options.config_file);
    if (config.find(options.target) == nullptr && options.target.find('.') != std::string::npos) {
      throw UsageError(in_quotes(options.target) + " is no server of " + options.config_file +
                       "; write HOST:PORT for the address of a line port");
    }
    const auto& server = server_named(config, options.target, options.config_file);
    return {server.line, server.id, trusts.of_line(config, server)};
  }
  auto address = node::parse_endpoint(options.target);
  if (!address) throw UsageError(address.error().message);
  return {*std::move(address), {}, trusts.of_address()};
}

int send(const SendOptions& options) {
  const auto [address, server, trust] = find_target(options);
  const auto name = (server.empty() ? "" : server + " at ") + address.text();
  auto client = net::LineClient::connect(address.host, address.port, connect_time_max);
  if (!client) {
    throw std::runtime_error("cannot connect to " + name + ": " + client.error().message + "; is it running? " +
                             "proxyherd serve " + (server.empty() ? "NAME" : server));
  }
  if (trust) {
    const auto greeted = client->start_tls(*trust, address.host, connect_time_max);
    if (!greeted) throw std::runtime_error(name + ": " + greeted.error().message);
  }

  ReplyPrinter printer;
  const auto on_replies = [&](std::string_view bytes) { printer.print(bytes); };
  std::string command;
  for (const auto& word : options.words) command += (command.empty() ? "" : " ") + word;
  const auto sent =
      options.words.empty() ? client->send_from(STDIN_FILENO, on_replies) : client->send(command + "\n", on_replies);
  if (printer.speaks_tls()) throw std::runtime_error(name + ": " + std::string(net::speaks_tls_remedy));
  if (!sent) throw std::runtime_error("the conversation with " + name + " broke off: " + sent.error().message);
  return printer.refused() ? 1 : 0;
}

}  // namespace

void add_send_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<SendOptions>();
  auto& command = *app.add_subcommand("send", "Send commands to a server, as a client would, and print the replies");
  command
      .add_option("NAME|HOST:PORT [COMMAND...]", options->target,
                  "A server's id in herd.toml, or the address of a line port")
      ->required();
  add_config_option(command, options->config_file);
  add_tls_options(command, options->tls);
  // Everything after the name is the command, also where it looks like an option: "-33.86+151.20".
  command.prefix_command();
  command.footer(
      "The words of COMMAND are sent as one line; without any, lines are read from standard input.\n"
      "Options go before the name. Status 0 if every command was accepted, 1 if a reply was \"? ...\"\n"
      "(not understood, or a client that the server has not heard of) or the server did not answer.\n"
      "\n"
      "Examples:\n"
      "  proxyherd send Riley IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1621464827.959498503\n"
      "  proxyherd send Campbell WHATSAT kiwi.cs.ucla.edu 10 5\n"
      "  proxyherd send 127.0.0.1:12000 < commands.txt\n"
      "  proxyherd send --tls --ca web-ca.crt herd.example.org:12000 WHATSAT kiwi.cs.ucla.edu 10 5\n");
  command.callback([options, &command, &action] {
    options->words = command.remaining();
    action = [options] { return send(*options); };
  });
}

}  // namespace herd::app
