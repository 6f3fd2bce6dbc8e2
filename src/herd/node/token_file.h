#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"
#include "herd/net/sha256.h"
#include "herd/protocols/access.h"

namespace herd::node {

/// Who may do what, as one [[token]] of a token file says it (docs/access.md).
struct Token {
  enum class Shown {
    secret,      ///< a bearer token or a password
    client_id,   ///< the id of a device that has nothing else to show
    certificate  ///< the common name of a TLS client certificate
  };

  std::string name;
  Shown shown = Shown::secret;
  net::Sha256 hash{};                ///< of the secret or the id; not of a certificate
  std::string certificate;           ///< that common name, else empty
  std::vector<std::string> clients;  ///< patterns of ids, as protocols::Grant takes them
  std::vector<protocols::Verb> may;
  std::string created;  ///< any text, for people: "2026-11-23 01:20:00 UTC"

  friend bool operator==(const Token&, const Token&) = default;
};

inline constexpr std::size_t tokens_max = 100'000;
inline constexpr std::size_t token_name_bytes_max = 64;
inline constexpr std::size_t pattern_bytes_max = 256;
inline constexpr std::size_t patterns_max = 1000;

/// What is wrong with the name of a token or with a pattern of clients, as "is empty; ..."; none if nothing is.
std::optional<std::string> wrong_with_token_name(std::string_view name);
std::optional<std::string> wrong_with_pattern(std::string_view pattern);

/// "report"
std::string_view name_of(protocols::Verb verb);
/// The error names the verbs that there are.
Result<protocols::Verb> parse_verb(std::string_view name);

/// The tokens of a file. The error has a line for each mistake, none of which repeats a hash.
Result<std::vector<Token>> read_tokens(const std::filesystem::path& file);
/// The same from text; `file` is for messages.
Result<std::vector<Token>> parse_tokens(std::string_view text, const std::filesystem::path& file);

/// What other users of this machine may do with the file of these tokens and should not, and the remedy; none if
/// nothing. Hashes tell them nothing, ids that are secrets do.
std::optional<std::string> wrong_with_mode(const std::filesystem::path& file, const std::vector<Token>& tokens);

/// What parse_tokens reads.
std::string tokens_text(const std::vector<Token>& tokens);

/// Puts the tokens in place of the file: whoever reads it meanwhile sees all that was there or all that is. Only its
/// owner can read it.
Result<void> write_tokens(const std::filesystem::path& file, const std::vector<Token>& tokens);

}  // namespace herd::node
