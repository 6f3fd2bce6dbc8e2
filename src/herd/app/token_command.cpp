#include "herd/app/token_command.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <openssl/rand.h>
#include <stdexcept>
#include <sys/file.h>
#include <unistd.h>

#include "herd/app/herd_file.h"
#include "herd/app/table.h"
#include "herd/app/terminal.h"
#include "herd/app/usage_error.h"
#include "herd/base/base64.h"
#include "herd/base/nearest_name.h"
#include "herd/net/certificate.h"
#include "herd/net/clock.h"
#include "herd/node/token_file.h"

namespace herd::app {
namespace {

using node::Token;

constexpr std::size_t secret_bytes = 32;

struct TokenOptions {
  std::string config_file;
  std::vector<std::string> clients;
  std::vector<std::string> may;
  std::string name;
  std::string certificate;
  bool id_is_secret = false;
  bool json = false;
};

/// The token file of the herd, and whether herd.toml names it.
struct TokenFile {
  std::filesystem::path path;
  bool is_named = false;
};

TokenFile token_file(const std::string& config_file) {
  // Off loopback it is for this command to make the tokens that are missing.
  const auto config = load_herd(config_file, node::PlainPeers::anywhere);
  if (config.tokens) return {*config.tokens, true};
  return {std::filesystem::path(config_file).parent_path() / "tokens.toml", false};
}

std::vector<Token> read(const TokenFile& file, bool may_be_missing) {
  if (may_be_missing && !std::filesystem::exists(file.path)) return {};
  auto tokens = node::read_tokens(file.path);
  if (!tokens) throw UsageError(tokens.error().message);
  return *std::move(tokens);
}

/// Keeps other commands from writing the file that this one is about to write.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& file) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    descriptor_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ < 0 || flock(descriptor_, LOCK_EX) != 0) {
      throw UsageError(folder.string() + ": cannot be opened: " + std::strerror(errno) +
                       "; the folder of the token file must exist");
    }
  }
  FolderLock(FolderLock&&) = delete;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() { close(descriptor_); }

 private:
  int descriptor_;
};

/// "ph_" and 256 random bits.
std::string make_secret() {
  std::array<unsigned char, secret_bytes> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("OpenSSL has no random bits to give");
  }
  return "ph_" + base64url(bytes);
}

bool is_taken(const std::vector<Token>& tokens, const std::string& name) {
  return std::ranges::find(tokens, name, &Token::name) != tokens.end();
}

/// `wish`, if it can be a name; else "token". With a number if that is taken.
std::string free_name(const std::vector<Token>& tokens, std::string wish) {
  if (node::wrong_with_token_name(wish)) wish = "token";
  auto name = wish;
  for (int number = 2; is_taken(tokens, name); ++number) name = wish + "-" + std::to_string(number);
  if (const auto wrong = node::wrong_with_token_name(name))
    throw UsageError("the name " + *wrong + "; give one with --name");
  return name;
}

/// What to call the token if nothing is said.
std::string wished_name(const TokenOptions& options) {
  if (options.id_is_secret) return "device";  // names are told to people and scripts, secrets are not
  return options.certificate.empty() ? options.clients.front() : options.certificate;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<std::string> names_of(const std::vector<protocols::Verb>& may) {
  std::vector<std::string> names;
  for (const auto verb : may) names.emplace_back(node::name_of(verb));
  return names;
}

std::string_view shown_text(const Token& token) {
  switch (token.shown) {
    case Token::Shown::secret:
      return "token";
    case Token::Shown::client_id:
      return "its id";
    case Token::Shown::certificate:
      return "certificate";
  }
  return "";
}

/// All that may be told of a token: neither its hash nor the secret.
boost::json::object json_of(const Token& token) {
  boost::json::object object{{"name", token.name},
                             {"shown", token.shown == Token::Shown::client_id ? "id" : shown_text(token)},
                             {"clients", boost::json::value_from(token.clients)},
                             {"may", boost::json::value_from(names_of(token.may))},
                             {"created", token.created}};
  if (!token.certificate.empty()) object["certificate"] = token.certificate;
  return object;
}

/// The token that the options describe; `secret` is what its owner shows, if it is made here.
Token make_token(const TokenOptions& options, const std::vector<Token>& tokens, std::string& secret) {
  Token token;
  for (const auto& pattern : options.clients) {
    if (const auto wrong = node::wrong_with_pattern(pattern)) throw UsageError("--client: " + *wrong);
    token.clients.push_back(pattern);
  }
  for (const auto& name : options.may) {
    const auto verb = node::parse_verb(name);
    if (!verb) throw UsageError("--may: " + verb.error().message);
    if (std::ranges::find(token.may, *verb) == token.may.end()) token.may.push_back(*verb);
  }
  token.name = options.name.empty() ? free_name(tokens, wished_name(options)) : options.name;
  if (const auto wrong = node::wrong_with_token_name(token.name)) throw UsageError("--name " + *wrong);
  if (is_taken(tokens, token.name)) {
    throw UsageError("--name \"" + token.name + "\" is taken; choose another, or `proxyherd token revoke " +
                     token.name + "` first");
  }
  token.created = net::utc_text(net::wall_now() / second);
  if (!options.certificate.empty()) {
    token.shown = Token::Shown::certificate;
    token.certificate = options.certificate;
    if (std::ranges::find(tokens, token.certificate, &Token::certificate) != tokens.end()) {
      throw UsageError("--certificate \"" + token.certificate + "\" has a token already; revoke that first");
    }
    return token;
  }
  if (options.id_is_secret) {
    token.shown = Token::Shown::client_id;
    const auto& id = options.clients.front();
    if (options.clients.size() != 1 || id.find_first_of("*%") != std::string::npos) {
      throw UsageError(
          "--id-is-secret needs one --client, whose id has neither * nor %: the id is what the device shows");
    }
    token.hash = net::sha256(id);
    const auto earlier = std::ranges::find_if(
        tokens, [&](const auto& each) { return each.shown == Token::Shown::client_id && each.hash == token.hash; });
    if (earlier != tokens.end()) {
      throw UsageError("the id has a token already, " + earlier->name + "; `proxyherd token revoke " + earlier->name +
                       "` first");
    }
  } else {
    secret = make_secret();
    token.hash = net::sha256(secret);
  }
  return token;
}

void tell_new(const TokenFile& file, const std::string& config_file, const Token& token, const std::string& secret) {
  std::cout << "token " << token.name << ": may " << joined(names_of(token.may)) << " for " << joined(token.clients)
            << "\n\n";
  if (!secret.empty()) {
    std::cout << "  " << secret << "\n\n"
              << "It is shown this once, and only its hash is kept in " << file.path.string() << ".\n"
              << "Send it as `Authorization: Bearer TOKEN`, or as password with any user name.\n";
  } else if (token.shown == Token::Shown::client_id) {
    std::cout << "The device shows nothing but its id, " << token.clients.front()
              << ": whoever knows it, or guesses it, can\n"
              << "do the same. Choose ids that nobody guesses, such as 16 random letters and digits.\n";
  } else {
    std::cout << "Whoever shows a TLS client certificate of the common name " << token.certificate
              << " has it, if the CA of [tls]\nline_clients_ca signed that.\n";
  }
  if (file.is_named) {
    std::cout << "Running servers read the file on SIGHUP.\n";
  } else {
    std::cout << "\nAdd to " << config_file << " and start the servers again:\n\n[auth]\ntokens = \""
              << file.path.filename().string() << "\"\n";
  }
}

int make(const TokenOptions& options) {
  const auto file = token_file(options.config_file);
  const FolderLock lock(file.path);
  auto tokens = read(file, true);
  if (tokens.size() >= node::tokens_max) {
    throw UsageError(file.path.string() + ": holds " + std::to_string(tokens.size()) +
                     " tokens, and more cannot be; revoke some, or let one serve several clients");
  }
  std::string secret;
  auto token = make_token(options, tokens, secret);
  tokens.push_back(token);
  node::write_tokens(file.path, tokens).value();
  if (options.json) {
    auto object = json_of(token);
    if (!secret.empty()) object["token"] = secret;
    std::cout << boost::json::serialize(object) << '\n';
  } else {
    tell_new(file, options.config_file, token, secret);
  }
  return 0;
}

int list(const TokenOptions& options) {
  const auto file = token_file(options.config_file);
  const auto tokens = read(file, !file.is_named);
  if (options.json) {
    boost::json::array array;
    for (const auto& token : tokens) array.push_back(json_of(token));
    std::cout << boost::json::serialize(array) << '\n';
    return 0;
  }
  Table table({{"NAME"}, {"SHOWN BY"}, {"CLIENTS"}, {"MAY"}, {"CREATED"}});
  for (const auto& token : tokens) {
    const auto shown = std::string(shown_text(token)) + (token.certificate.empty() ? "" : " " + token.certificate);
    table.add_row({{token.name}, {shown}, {joined(token.clients)}, {joined(names_of(token.may))}, {token.created}});
  }
  if (tokens.empty()) {
    std::cout << "There are no tokens in " << file.path.string() << "; make one with `proxyherd token new`.\n";
  } else {
    std::cout << table.text(shows_colour(STDOUT_FILENO));
  }
  return 0;
}

int revoke(const TokenOptions& options) {
  const auto file = token_file(options.config_file);
  const FolderLock lock(file.path);
  auto tokens = read(file, false);
  std::vector<std::string> names;
  for (const auto& token : tokens) names.push_back(token.name);
  if (std::erase_if(tokens, [&](const auto& token) { return token.name == options.name; }) == 0) {
    throw UsageError("\"" + options.name + "\" is no token of " + file.path.string() + "; " +
                     (names.empty() ? "there are none" : did_you_mean(options.name, names)));
  }
  node::write_tokens(file.path, tokens).value();
  std::cout << "token " << options.name << " is revoked; running servers know it from the next SIGHUP on.\n";
  return 0;
}

void add_json(CLI::App& command, TokenOptions& options) {
  command.add_flag("--json", options.json, "Answer in JSON");
}

}  // namespace

void add_token_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<TokenOptions>();
  auto& tokens = *app.add_subcommand("token", "Say who may report, read and forget which clients");
  tokens.require_subcommand(1);
  tokens.footer(
      "Tokens are in the file that [auth] tokens in herd.toml names; docs/access.md has all of it.\n"
      "`proxyherd token COMMAND --help` says more.\n");

  auto& made = *tokens.add_subcommand("new", "Make a token and show it once");
  made.add_option("--client", options->clients, "Ids of clients it is for; * stands for any bytes")
      ->required()
      ->type_name("PATTERN")
      ->allow_extra_args();
  made.add_option("--may", options->may, "What it allows: report, read, forget, places, status")
      ->required()
      ->delimiter(',')
      ->type_name("VERB,...")
      ->allow_extra_args(false);
  made.add_option("--name", options->name, "What to call it (default: the client's id if that is no secret, or CN)")
      ->type_name("NAME");
  auto* id_is_secret =
      made.add_flag("--id-is-secret", options->id_is_secret,
                    "For a device that can show nothing but its id: whoever guesses that may do the same");
  made.add_option("--certificate", options->certificate,
                  "For whoever shows a TLS client certificate of that common name")
      ->type_name("CN")
      ->excludes(id_is_secret);
  add_json(made, *options);
  add_config_option(made, options->config_file);
  made.footer(
      "report  say where a client is          read    where clients are, and follow them live\n"
      "forget  delete a client                places  look up what is near\n"
      "status  the server's state and metrics\n"
      "\n"
      "Examples:\n"
      "  proxyherd token new --client phone-7 --may report,read\n"
      "  proxyherd token new --client 'family/*' --may report,read --name family\n"
      "  proxyherd token new --client '*' --may read,places,status --name wall-map\n"
      "  proxyherd token new --client 8h3kq0z7vm2xw4ts --may report --id-is-secret --name van\n"
      "  proxyherd token new --client 'truck-*' --may report,read --certificate trucks\n"
      "  curl -H 'Authorization: Bearer ph_...' http://127.0.0.1:14000/v1/clients/phone-7\n");
  made.callback([options, &action] { action = [options] { return make(*options); }; });

  auto& listed = *tokens.add_subcommand("list", "Show who may do what; the tokens themselves are not known any more");
  add_json(listed, *options);
  add_config_option(listed, options->config_file);
  listed.callback([options, &action] { action = [options] { return list(*options); }; });

  auto& revoked = *tokens.add_subcommand("revoke", "Take a token back");
  revoked.add_option("NAME", options->name, "As `proxyherd token list` shows it")->required();
  add_config_option(revoked, options->config_file);
  revoked.footer("Example:\n  proxyherd token revoke phone-7 && pkill -HUP proxyherd\n");
  revoked.callback([options, &action] { action = [options] { return revoke(*options); }; });
}

}  // namespace herd::app
