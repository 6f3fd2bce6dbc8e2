#include "herd/node/google_config.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "herd/node/config.h"

namespace herd::node {
namespace {

std::string herd_with(std::string_view lines) {
  return "[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\n[places]\n" +
         std::string(lines);
}

std::string mistakes_in(std::string_view lines) {
  const auto config = parse_config(herd_with(lines), "h.toml");
  return config ? "none" : config.error().message;
}

TEST(GoogleConfig, is_Googles_server_and_modest_numbers_if_nothing_is_said) {
  const GoogleConfig expected{
      std::nullopt, {{"maps.googleapis.com", 443}, ""}, "", 2000, 300, 1000,
  };
  EXPECT_EQ(parse_config(herd_with(""), "h.toml")->google, expected);
}

TEST(GoogleConfig, is_what_the_file_says_with_paths_beside_it) {
  const GoogleConfig expected{
      "/etc/herd/google.key", {{"gateway.example.org", 8443}, "/maps"}, "/etc/ssl/ca.pem", 100, 0, 1,
  };
  EXPECT_EQ(parse_config(herd_with("google_key_file = \"google.key\"\n"
                                   "google_url = \"https://gateway.example.org:8443/maps\"\n"
                                   "google_ca = \"/etc/ssl/ca.pem\"\n"
                                   "google_timeout_ms = 100\n"
                                   "google_cache_s = 0\n"
                                   "google_requests_per_day = 1\n"),
                         "/etc/herd/h.toml")
                ->google,
            expected);
}

TEST(GoogleConfig, names_each_mistake) {
  EXPECT_EQ(mistakes_in("google_key-file = \"google.key\"\n"),
            "h.toml:8: unknown key \"google_key-file\" in [places]; did you mean \"google_key_file\"?");
  EXPECT_EQ(mistakes_in("google_url = \"http://a\"\n"),
            "h.toml:8: google_url \"http://a\" does not begin with https://; write https://HOST, https://HOST:PORT or "
            "https://HOST:PORT/PATH");
  EXPECT_EQ(mistakes_in("google_timeout_ms = 99\ngoogle_cache_s = 3601\ngoogle_requests_per_day = 0\n"),
            "h.toml:8: google_timeout_ms is 99; it must be 100 to 10000\n"
            "h.toml:9: google_cache_s is 3601; it must be 0 to 3600\n"
            "h.toml:10: google_requests_per_day is 0; it must be 1 to 1000000000");
  EXPECT_EQ(mistakes_in("google_timeout_ms = 10001\n"),
            "h.toml:8: google_timeout_ms is 10001; it must be 100 to 10000");
  EXPECT_EQ(mistakes_in("google_key_file = 1\n"),
            "h.toml:8: google_key_file in [places] must be a string, such as \"google.key\", not a whole number");
}

/// A folder of its own, and no key in the environment.
class GoogleKeyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    ::unsetenv(google_key_variable);
  }
  void TearDown() override {
    ::unsetenv(google_key_variable);
    std::filesystem::remove_all(folder_);
  }

  void write(std::string_view text, mode_t mode = 0600) {
    std::ofstream(file_, std::ios::binary) << text;
    ::chmod(file_.c_str(), mode);
  }
  std::optional<FoundGoogleKey> find() { return find_google_key(config_).value(); }
  std::string mistake() {
    const auto found = find_google_key(config_);
    return found ? "none" : found.error().message;
  }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("google-key-" + std::to_string(::getpid()));
  std::filesystem::path file_ = folder_ / "google.key";
  GoogleConfig config_{.key_file = file_};
};

TEST_F(GoogleKeyTest, is_in_the_file) {
  write("AIzaSy\n");
  const auto found = find();
  EXPECT_EQ(found->key, google::GoogleKey::parse("AIzaSy").value());
  EXPECT_EQ(found->source, file_.string());
  EXPECT_EQ(found->warning, "");
}

TEST_F(GoogleKeyTest, is_in_the_environment_if_no_file_is_named) {
  ::setenv(google_key_variable, "AIzaEnv", 1);
  write("AIzaSy\n");
  EXPECT_EQ(find()->source, file_.string());
  config_.key_file.reset();
  EXPECT_EQ(find()->key, google::GoogleKey::parse("AIzaEnv").value());
  EXPECT_EQ(find()->source, "the environment variable PROXYHERD_GOOGLE_KEY");
  ::setenv(google_key_variable, "AIza Env", 1);
  EXPECT_EQ(mistake(),
            "the environment variable PROXYHERD_GOOGLE_KEY: holds something in its first line that no key has; put the "
            "key there, alone: letters, digits, - and _");
  ::setenv(google_key_variable, "", 1);
  EXPECT_FALSE(find().has_value());
  ::unsetenv(google_key_variable);
  EXPECT_FALSE(find().has_value());
}

TEST_F(GoogleKeyTest, deserves_a_word_where_others_can_read_it) {
  for (const mode_t mode : {0640U, 0604U, 0610U}) {
    write("AIzaSy\n", mode);
    EXPECT_EQ(find()->warning, file_.string() +
                                   ": other users of this machine can read it, and whoever has the key asks Google at "
                                   "its owner's expense; chmod 600 it");
  }
}

TEST_F(GoogleKeyTest, is_not_in_a_file_that_cannot_be_one) {
  EXPECT_EQ(mistake(), file_.string() + ": cannot be read: No such file or directory; put Google's key into it");
  write("");
  EXPECT_EQ(mistake(),
            file_.string() + ": holds no key in its first line; put the key there that Google's console shows");
  write(std::string(100'000, 'k'));
  EXPECT_EQ(mistake(), file_.string() +
                           ": holds 1024 bytes in its first line, and a key has at most 256; put the key there, alone");
  config_.key_file = folder_;
  EXPECT_EQ(mistake(), folder_.string() + ": is no file; put Google's key into one");
}

}  // namespace
}  // namespace herd::node
