#include "herd/node/token_file.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>

namespace herd::node {
namespace {

using protocols::Verb;

constexpr std::string_view three =
    R"(# Who may do what. `proxyherd token new`, `list` and `revoke` write this file anew: comments are not kept.
# Servers read it when they start and on SIGHUP. Of tokens it has only hashes; ids of devices that are secrets
# (id_is_secret) stand here in clear: let nobody else read it.

[[token]]
name = 'phone-7'
hash = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
clients = ["phone-7", "old/*"]
may = ["report", "read", "forget", "places", "status"]
created = '2026-11-23 01:20:00 UTC'

[[token]]
name = 'van'
hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
id_is_secret = true
clients = ["van"]
may = ["report"]

[[token]]
name = 'trucks'
certificate = 'The "trucks"'
clients = ["truck-*"]
may = ["report"]
)";

std::vector<Token> those_three() {
  return {{"phone-7",
           Token::Shown::secret,
           net::sha256("abc"),
           "",
           {"phone-7", "old/*"},
           {Verb::report, Verb::read, Verb::forget, Verb::places, Verb::status},
           "2026-11-23 01:20:00 UTC"},
          {"van", Token::Shown::client_id, net::sha256(""), "", {"van"}, {Verb::report}, ""},
          {"trucks", Token::Shown::certificate, {}, "The \"trucks\"", {"truck-*"}, {Verb::report}, ""}};
}

std::string mistakes_in(std::string_view text) {
  const auto tokens = parse_tokens(text, "t.toml");
  return tokens ? "none" : tokens.error().message;
}

/// Those of one token that has a good name and these lines.
std::string mistakes_in_token(std::string_view lines) {
  return mistakes_in("[[token]]\nname = \"a\"\n" + std::string(lines));
}

constexpr std::string_view hash =
    "hash = \"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n";

TEST(TokenFile, says_who_may_do_what) {
  EXPECT_EQ(parse_tokens(three, "t.toml").value(), those_three());
  EXPECT_EQ(parse_tokens("", "t.toml").value(), std::vector<Token>());
}

TEST(TokenFile, is_written_as_it_is_read) {
  EXPECT_EQ(tokens_text(those_three()), three);
  auto tokens = those_three();
  tokens[2].certificate = "a\nb\"\\\xc3\xa4'";
  EXPECT_EQ(parse_tokens(tokens_text(tokens), "t.toml").value(), tokens);
}

TEST(TokenFile, names_each_mistake_and_its_line) {
  EXPECT_EQ(mistakes_in("[[tokens]]\n"), "t.toml:1: unknown key \"tokens\" in the file; did you mean \"token\"?");
  EXPECT_EQ(mistakes_in("[[token]]\nname = \"a\nb\"\n").substr(0, 9), "t.toml:2:");
  EXPECT_EQ(mistakes_in("[[token]]\nclients = [\"*\"]\nmay = [\"read\"]\n" + std::string(hash)),
            "t.toml:1: [[token]] has no name; add name = \"phone-7\"");
  EXPECT_EQ(mistakes_in_token("clients = [\"*\"]\nmay = [\"read\"]\n"),
            "t.toml:1: [[token]] must have either hash or certificate; make one with `proxyherd token new`");
  EXPECT_EQ(mistakes_in_token(std::string(hash) + "certificate = \"c\"\nclients = [\"*\"]\nmay = [\"read\"]\n"),
            "t.toml:1: [[token]] must have either hash or certificate; make one with `proxyherd token new`");
  EXPECT_EQ(mistakes_in_token("certificate = \"\"\nclients = [\"*\"]\nmay = [\"read\"]\n"),
            "t.toml:3: certificate is empty; write its common name");
  EXPECT_EQ(mistakes_in_token(hash),
            "t.toml:1: [[token]] is for no client; add clients = [\"phone-7\"], or [\"*\"] for all\n"
            "t.toml:1: [[token]] may do nothing; add may = [\"report\", \"read\"], or take the token out");
  EXPECT_EQ(mistakes_in_token(std::string(hash) + "clients = []\nmay = []\n"),
            "t.toml:4: [[token]] is for no client; add clients = [\"phone-7\"], or [\"*\"] for all\n"
            "t.toml:5: [[token]] may do nothing; add may = [\"report\", \"read\"], or take the token out");
  EXPECT_EQ(mistakes_in_token(std::string(hash) + "clients = \"*\"\nmay = \"read\"\n"),
            "t.toml:4: clients in [[token]] must be an array of strings, such as [\"phone-7\"], not a string\n"
            "t.toml:5: may in [[token]] must be an array of strings, such as [\"report\", \"read\"], not a string");
  EXPECT_EQ(mistakes_in_token(std::string(hash) + "clients = [\"\"]\nmay = [\"reed\"]\n"),
            "t.toml:4: clients: a pattern is empty; write a client's id, or * for all\n"
            "t.toml:5: may: \"reed\" is nothing one may do; did you mean \"read\"?");
  EXPECT_EQ(mistakes_in_token(std::string(hash) + "id_is_secret = 1\nclients = [\"*\"]\nmay = [\"read\"]\n"),
            "t.toml:4: id_is_secret in [[token]] must be true or false, such as true, not a whole number");
  EXPECT_EQ(mistakes_in("[[token]]\nname = \"a\"\n" + std::string(hash) +
                        "clients = [\"*\"]\nmay = [\"read\"]\n[[token]]\nname = \"a\"\n" + std::string(hash) +
                        "clients = [\"*\"]\nmay = [\"read\"]\n"),
            "t.toml:7: name \"a\" is taken by the token of line 2; give each its own");
}

TEST(TokenFile, does_not_repeat_a_hash_that_is_none) {
  for (const auto* bad : {"hash = \"secret\"\n", "hash = \"sha256:secret\"\n", "hash = \"\"\n"}) {
    EXPECT_EQ(mistakes_in_token(std::string(bad) + "clients = [\"*\"]\nmay = [\"read\"]\n"),
              "t.toml:3: hash is none: it must be \"sha256:\" and 64 hexadecimal digits");
  }
}

TEST(TokenFile, has_names_that_can_be_typed_and_patterns_that_can_be_ids) {
  for (const auto* name : {"", "-a", "a b", "a:b", "\xc3\xa4", "a/b"}) EXPECT_TRUE(wrong_with_token_name(name)) << name;
  for (const auto* name : {"a", ".a", "A_b.c-7"}) EXPECT_FALSE(wrong_with_token_name(name)) << name;
  EXPECT_FALSE(wrong_with_token_name(std::string(64, 'a')));
  EXPECT_TRUE(wrong_with_token_name(std::string(65, 'a')));
  for (const auto* pattern : {"", "a b", "a\n", "a\"", "a\\", "\x7f"})
    EXPECT_TRUE(wrong_with_pattern(pattern)) << pattern;
  for (const auto* pattern : {"*", "a%20b", "\xc3\xa4/x"}) EXPECT_FALSE(wrong_with_pattern(pattern)) << pattern;
  EXPECT_FALSE(wrong_with_pattern(std::string(256, 'a')));
  EXPECT_TRUE(wrong_with_pattern(std::string(257, 'a')));
}

TEST(TokenFile, with_too_many_patterns_is_refused) {
  std::string patterns;
  for (int i = 0; i < 1000; ++i) patterns += "\"" + std::to_string(i) + "\",";
  EXPECT_EQ(mistakes_in_token(std::string(hash) + "clients = [" + patterns + "]\nmay = [\"read\"]\n"), "none");
  EXPECT_EQ(mistakes_in_token(std::string(hash) + "clients = [" + patterns + "\"x\"]\nmay = [\"read\"]\n"),
            "t.toml:1: [[token]] has more than 1000 patterns in clients; use * in fewer of them");
}

TEST(TokenFile, with_more_than_100000_tokens_is_refused) {
  const auto token = [](std::size_t number) {
    return "[[token]]\nname=\"" + std::to_string(number) + "\"\n" + std::string(hash) +
           "clients=[\"*\"]\nmay=[\"read\"]\n";
  };
  std::string text;
  for (std::size_t i = 0; i < tokens_max; ++i) text += token(i);
  const auto most = parse_tokens(text, "t.toml");
  ASSERT_TRUE(most) << most.error().message.substr(0, 200);
  EXPECT_EQ(most->size(), 100'000U);
  EXPECT_EQ(mistakes_in(text + token(tokens_max)),
            "t.toml:500001: there are more than 100000 tokens; let one serve several clients, by a pattern");
}

class TokenFileOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    auto name = (std::filesystem::temp_directory_path() / "herd-tokens-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "tokens.toml"; }

 private:
  std::filesystem::path folder_;
};

TEST_F(TokenFileOnDisk, is_replaced_as_a_whole_and_is_its_owners_alone) {
  std::ofstream(file()) << "old";
  ASSERT_EQ(chmod(file().c_str(), 0644), 0);
  ASSERT_TRUE(write_tokens(file(), those_three()));
  EXPECT_EQ(read_tokens(file()).value(), those_three());
  struct stat status{};
  ASSERT_EQ(stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(file().parent_path())) ++files;
  EXPECT_EQ(files, 1U);
}

TEST_F(TokenFileOnDisk, is_worth_a_warning_if_every_user_can_change_it_or_read_ids_that_are_secrets) {
  const auto warning = [this](mode_t mode, const std::vector<Token>& tokens) {
    EXPECT_EQ(chmod(file().c_str(), mode), 0);
    return wrong_with_mode(file(), tokens).value_or("none");
  };
  ASSERT_TRUE(write_tokens(file(), those_three()));
  const std::vector<Token> without_ids{those_three()[0], those_three()[2]};
  const auto changed =
      file().string() + ": every user of this machine can change it, and so who may do what; chmod 600 it";
  const auto read = file().string() + ": every user of this machine can read it, and whoever knows an id that is a " +
                    "secret (id_is_secret) may do what its device may; chmod 600 it";
  EXPECT_EQ(warning(0600, those_three()), "none");
  EXPECT_EQ(warning(0660, those_three()), "none") << "who is in its group was put there";
  EXPECT_EQ(warning(0644, those_three()), read);
  EXPECT_EQ(warning(0644, without_ids), "none") << "hashes tell nobody anything";
  EXPECT_EQ(warning(0602, without_ids), changed);
  EXPECT_EQ(warning(0666, those_three()), changed);
}

TEST_F(TokenFileOnDisk, that_cannot_be_written_leaves_nothing_behind) {
  std::filesystem::create_directory(file());
  EXPECT_EQ(write_tokens(file(), {}).error().message, file().string() + ": cannot be written: Is a directory");
  EXPECT_EQ(write_tokens(file().parent_path() / "none" / "t.toml", {}).error().message,
            (file().parent_path() / "none" / "t.toml").string() + ": cannot be written: No such file or directory");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(file().parent_path())) ++files;
  EXPECT_EQ(files, 1U);
}

TEST_F(TokenFileOnDisk, that_is_missing_or_no_text_is_refused) {
  EXPECT_EQ(read_tokens(file()).error().message,
            file().string() + ": cannot be read: No such file or directory; make tokens with `proxyherd token new`");
  std::ofstream(file()) << std::string_view("a\0b", 3);
  EXPECT_EQ(read_tokens(file()).error().message, file().string() + ": holds a zero byte, and is no token file");
  std::ofstream(file(), std::ios::trunc) << "";
  EXPECT_EQ(read_tokens(file()).value(), std::vector<Token>());
}

}  // namespace
}  // namespace herd::node
