#include "herd/app/send_command.h"

#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "herd/app/command_answers.h"
#include "herd/app/herd_file.h"
#include "herd/app/server_trusts.h"
#include "herd/app/usage_error.h"
#include "herd/base/text.h"
#include "herd/net/line_client.h"
#include "herd/net/server_trust.h"

namespace herd::app {

namespace {

constexpr Duration connect_time_max = 5 * second;

struct SendOptions {
  std::string config_file;
  std::string target;
  std::vector<std::string> words;
  TlsOptions tls;
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

/// Sends the words as one command, or else what comes from standard input.
Result<void> converse(net::LineClient& client, const std::vector<std::string>& words,
                      const net::LineClient::OnInput& on_input, const net::LineClient::OnReplies& on_replies) {
  if (words.empty()) return client.send_from(STDIN_FILENO, on_input, on_replies);
  std::string command;
  for (const auto& word : words) command += (command.empty() ? "" : " ") + word;
  command += '\n';
  on_input(command);
  return client.send(command, on_replies);
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

  CommandAnswers answers;
  const auto on_input = [&](std::string_view bytes) { answers.sent(bytes); };
  const auto on_replies = [&](std::string_view bytes) {
    std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
    answers.received(bytes);
  };
  const auto sent = converse(*client, options.words, on_input, on_replies);
  answers.end();
  if (answers.speaks_tls()) throw std::runtime_error(name + ": " + std::string(net::speaks_tls_remedy));
  if (!answers.no_answer().empty()) {
    throw std::runtime_error(name + " is no line port of a herd: it said " + answers.no_answer());
  }
  if (!sent || answers.answered() < answers.commands()) {
    throw std::runtime_error("the conversation with " + name + " broke off with " + std::to_string(answers.answered()) +
                             " of " + counted(answers.commands(), "command") +
                             " answered: " + (sent ? "the server closed the connection" : sent.error().message));
  }
  return answers.refused() ? 1 : 0;
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
      "(not understood, or a client that the server has not heard of) or the server did not answer all.\n"
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
