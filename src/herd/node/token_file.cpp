#include "herd/node/token_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "herd/base/nearest_name.h"
#include "herd/base/text.h"
#include "herd/node/toml_section.h"

namespace herd::node {
namespace {

using protocols::Verb;

constexpr std::array verbs{
    std::pair(Verb::report, "report"), std::pair(Verb::read, "read"),     std::pair(Verb::forget, "forget"),
    std::pair(Verb::places, "places"), std::pair(Verb::status, "status"),
};

constexpr std::string_view hash_prefix = "sha256:";
constexpr std::uintmax_t file_bytes_max = 64 * 1024 * 1024;

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  for (const auto& [verb, name] : verbs) names.emplace_back(name);
  return names;
}

/// Turns the tables of one file into tokens.
class TokenReader {
 public:
  explicit TokenReader(Mistakes& mistakes) : mistakes_(mistakes) {}

  std::vector<Token> read(const toml::table& document) {
    const TomlSection top(document, "the file", 1, {"token"}, mistakes_);
    const auto sections =
        top.tables("token", {"name", "hash", "id_is_secret", "certificate", "clients", "may", "created"});
    if (sections.size() > tokens_max) {
      mistakes_.add(sections[tokens_max].line(), "there are more than " + std::to_string(tokens_max) +
                                                     " tokens; let one serve several clients, by a pattern");
      return {};
    }
    std::vector<Token> tokens;
    for (const auto& section : sections) tokens.push_back(read_token(section));
    return tokens;
  }

 private:
  Token read_token(const TomlSection& section) {
    Token token;
    if (auto name = section.required_string("name", "\"phone-7\"")) {
      if (const auto wrong = wrong_with_token_name(name->value)) mistakes_.add(name->line, "name " + *wrong);
      if (const auto [earlier, is_new] = lines_.try_emplace(name->value, name->line); !is_new) {
        mistakes_.add(name->line, "name " + in_quotes(name->value) + " is taken by the token of line " +
                                      std::to_string(earlier->second) + "; give each its own");
      }
      token.name = std::move(name->value);
    }
    read_shown(section, token);
    for (auto& pattern : section.strings("clients", R"(["phone-7"])")) {
      if (const auto wrong = wrong_with_pattern(pattern.value)) mistakes_.add(pattern.line, "clients: " + *wrong);
      token.clients.push_back(std::move(pattern.value));
    }
    if (section.lacks("clients")) {
      mistakes_.add(section.where("clients"),
                    R"([[token]] is for no client; add clients = ["phone-7"], or ["*"] for all)");
    }
    if (token.clients.size() > patterns_max) {
      mistakes_.add(section.line(), "[[token]] has more than " + std::to_string(patterns_max) +
                                        " patterns in clients; use * in fewer of them");
    }
    for (const auto& name : section.strings("may", R"(["report", "read"])")) {
      if (const auto verb = parse_verb(name.value)) {
        token.may.push_back(*verb);
      } else {
        mistakes_.add(name.line, "may: " + verb.error().message);
      }
    }
    if (section.lacks("may")) {
      mistakes_.add(section.where("may"),
                    R"([[token]] may do nothing; add may = ["report", "read"], or take the token out)");
    }
    if (auto created = section.string("created", "\"2026-11-23 01:20:00 UTC\"")) {
      token.created = std::move(created->value);
    }
    return token;
  }

  void read_shown(const TomlSection& section, Token& token) {
    const auto hash = section.string("hash", "\"sha256:...\"");
    const auto certificate = section.string("certificate", "\"phone-7\"");
    if (hash.has_value() == certificate.has_value()) {
      mistakes_.add(section.line(),
                    "[[token]] must have either hash or certificate; make one with `proxyherd token new`");
      return;
    }
    if (certificate) {
      if (certificate->value.empty()) mistakes_.add(certificate->line, "certificate is empty; write its common name");
      token.shown = Token::Shown::certificate;
      token.certificate = certificate->value;
      return;
    }
    if (section.boolean("id_is_secret").value_or(false)) token.shown = Token::Shown::client_id;
    const auto parsed = hash->value.starts_with(hash_prefix)
                            ? net::parse_sha256(std::string_view(hash->value).substr(hash_prefix.size()))
                            : std::nullopt;
    if (parsed) {
      token.hash = *parsed;
    } else {
      mistakes_.add(hash->line, "hash is none: it must be \"sha256:\" and 64 hexadecimal digits");
    }
  }

  Mistakes& mistakes_;
  std::map<std::string, std::size_t> lines_;  // by name
};

std::string quoted_list(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "\"" : ", \"") + word + '"';
  return '[' + out + ']';
}

/// As a TOML string on one line.
std::string toml_string(std::string_view text) {
  std::ostringstream out;
  out << toml::value<std::string>(std::string(text));
  return out.str();
}

Error failed(const std::filesystem::path& file, const std::string& what) {
  return {file.string() + ": cannot be " + what + ": " + std::strerror(errno)};
}

}  // namespace

std::optional<std::string> wrong_with_token_name(std::string_view name) {
  if (!name.empty() && name.size() <= token_name_bytes_max && name.front() != '-' && is_plain(name, "_.-")) {
    return std::nullopt;
  }
  return "is " + in_quotes(name) + "; it must be 1 to 64 letters, digits, _, . or - and not begin with -";
}

std::optional<std::string> wrong_with_pattern(std::string_view pattern) {
  if (pattern.empty()) return "a pattern is empty; write a client's id, or * for all";
  if (pattern.size() > pattern_bytes_max) {
    return "a pattern is longer than " + std::to_string(pattern_bytes_max) + " bytes; use *";
  }
  const auto is_out_of_place = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\' || c == '\x7f';
  };
  if (std::ranges::any_of(pattern, is_out_of_place)) {
    return in_quotes(pattern) +
           " has a blank, a quote, a backslash or a control byte; ids are written as the herd shows " +
           "them, with %20 for a blank, and * stands for any bytes";
  }
  return std::nullopt;
}

std::string_view name_of(Verb verb) {
  return std::ranges::find(verbs, verb, [](const auto& each) { return each.first; })->second;
}

Result<Verb> parse_verb(std::string_view name) {
  for (const auto& [verb, known] : verbs) {
    if (name == known) return verb;
  }
  return Error{in_quotes(name) + " is nothing one may do; " + did_you_mean(name, verb_names())};
}

Result<std::vector<Token>> read_tokens(const std::filesystem::path& file) {
  std::error_code error;
  if (const auto size = std::filesystem::file_size(file, error); error || size > file_bytes_max) {
    return Error{file.string() + ": cannot be read: " + (error ? error.message() : "it is larger than 64 MB") +
                 "; make tokens with `proxyherd token new`"};
  }
  std::ifstream in(file, std::ios::binary);
  std::string text;
  if (!in || !std::getline(in, text, '\0')) {
    if (!in.eof()) return failed(file, "read");
  }
  if (!in.eof()) return Error{file.string() + ": holds a zero byte, and is no token file"};
  return parse_tokens(text, file);
}

Result<std::vector<Token>> parse_tokens(std::string_view text, const std::filesystem::path& file) {
  Mistakes mistakes(file.string());
  std::vector<Token> tokens;
  try {
    tokens = TokenReader(mistakes).read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    mistakes.add(error.source().begin.line, error.description());
  }
  if (mistakes.none()) return tokens;
  std::string message;
  for (const auto& line : mistakes.lines()) message += (message.empty() ? "" : "\n") + line;
  return Error{std::move(message)};
}

std::optional<std::string> wrong_with_mode(const std::filesystem::path& file, const std::vector<Token>& tokens) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  if ((status.st_mode & S_IWOTH) != 0) {
    return file.string() + ": every user of this machine can change it, and so who may do what; chmod 600 it";
  }
  const auto is_readable = (status.st_mode & S_IROTH) != 0;
  if (!is_readable || std::ranges::find(tokens, Token::Shown::client_id, &Token::shown) == tokens.end()) {
    return std::nullopt;
  }
  return file.string() + ": every user of this machine can read it, and whoever knows an id that is a secret " +
         "(id_is_secret) may do what its device may; chmod 600 it";
}

std::string tokens_text(const std::vector<Token>& tokens) {
  std::string out =
      "# Who may do what. `proxyherd token new`, `list` and `revoke` write this file anew: comments are not kept.\n"
      "# Servers read it when they start and on SIGHUP. Of tokens it has only hashes; ids of devices that are secrets\n"
      "# (id_is_secret) stand here in clear: let nobody else read it.\n";
  for (const auto& token : tokens) {
    out += "\n[[token]]\nname = " + toml_string(token.name) + '\n';
    if (token.shown == Token::Shown::certificate) {
      out += "certificate = " + toml_string(token.certificate) + '\n';
    } else {
      out += "hash = \"" + std::string(hash_prefix) + net::hex_of(token.hash) + "\"\n";
    }
    if (token.shown == Token::Shown::client_id) out += "id_is_secret = true\n";
    out += "clients = " + quoted_list(token.clients) + '\n';
    std::vector<std::string> may;
    for (const auto verb : token.may) may.emplace_back(name_of(verb));
    out += "may = " + quoted_list(may) + '\n';
    if (!token.created.empty()) out += "created = " + toml_string(token.created) + '\n';
  }
  return out;
}

Result<void> write_tokens(const std::filesystem::path& file, const std::vector<Token>& tokens) {
  const auto text = tokens_text(tokens);
  auto unfinished = file.string() + ".XXXXXX";
  const int descriptor = mkostemp(unfinished.data(), O_CLOEXEC);  // with mode 0600
  if (descriptor < 0) return failed(file, "written");
  bool done =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(descriptor) == 0;
  done = close(descriptor) == 0 && done;
  if (done && rename(unfinished.c_str(), file.c_str()) == 0) return {};
  auto error = failed(file, "written");
  unlink(unfinished.c_str());
  return error;
}

}  // namespace herd::node
