#include "herd/node/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

namespace herd::node {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view herd_of_two = R"([herd]
name = "coast"
[[server]]
id = "north"
line = "127.0.0.1:1"
peer = "127.0.0.1:2"
talks_with = ["south"]
[[server]]
id = "south"
line = "127.0.0.1:3"
peer = "127.0.0.1:4"
)";

std::string mistakes_in(std::string_view text) {
  const auto config = parse_config(text, "h.toml");
  return config ? "none" : config.error().message;
}

/// The mistakes of a herd of one whose server has this besides a good id, line and peer.
std::string mistakes_in_server_with(std::string_view lines) {
  return mistakes_in("[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\n" +
                     std::string(lines));
}

TEST(Config, the_herd_of_the_project_is_five_servers_and_six_links) {
  const auto config = load_config(HERD_SOURCE_DIR "/herd.toml").value();

  EXPECT_EQ(config.herd, "ucla");
  EXPECT_EQ(config.data, HERD_SOURCE_DIR "/data");
  EXPECT_THAT(config.place_files, IsEmpty());
  EXPECT_EQ(config.threads, std::nullopt);
  EXPECT_EQ(config.traffic, TrafficLogging::limited);
  EXPECT_EQ(config.clients_max, 50'000'000U);
  EXPECT_EQ(config.line_bytes_max, 65'536U);
  EXPECT_THAT(config.warnings, IsEmpty());

  std::string servers;
  for (const auto& server : config.servers) {
    servers += server.id + " " + server.line.text() + " " + server.peer.text() + " " + server.http->text() + ":";
    for (const auto& neighbor : server.talks_with) servers += " " + neighbor;
    servers += "\n";
  }
  EXPECT_EQ(servers,
            "Riley 127.0.0.1:12000 127.0.0.1:13000 127.0.0.1:14000: Jaquez Juzang\n"
            "Jaquez 127.0.0.1:12001 127.0.0.1:13001 127.0.0.1:14001: Bernard Riley\n"
            "Juzang 127.0.0.1:12002 127.0.0.1:13002 127.0.0.1:14002: Bernard Campbell Riley\n"
            "Campbell 127.0.0.1:12003 127.0.0.1:13003 127.0.0.1:14003: Bernard Juzang\n"
            "Bernard 127.0.0.1:12004 127.0.0.1:13004 127.0.0.1:14004: Campbell Jaquez Juzang\n");
}

TEST(Config, every_section_is_read) {
  const auto config = parse_config(R"(
[herd]
name = "n"
data = "/var/lib/herd"
threads = 256
[[server]]
id = "A.b_c-1"
line = "[::1]:65535"
peer = "localhost:0"
[places]
files = ["monaco.places", "/srv/world.places"]
[trackers]
owntracks_friends = true
[durability]
mode = "off"
[log]
traffic = "all"
[limits]
clients_max = 1
line_bytes_max = 1024
)",
                                   "/etc/herd/h.toml")
                          .value();
  EXPECT_EQ(config.data, "/var/lib/herd");
  EXPECT_EQ(config.threads, 256U);
  EXPECT_THAT(config.place_files, ElementsAre("/etc/herd/monaco.places", "/srv/world.places"));
  EXPECT_TRUE(config.owntracks_friends);
  EXPECT_FALSE(parse_config(herd_of_two, "").value().owntracks_friends);
  EXPECT_EQ(config.traffic, TrafficLogging::all);
  EXPECT_EQ(config.clients_max, 1U);
  EXPECT_EQ(config.line_bytes_max, 1024U);
  EXPECT_THAT(config.warnings, IsEmpty());
  ASSERT_EQ(config.servers.size(), 1U);
  EXPECT_EQ(config.servers[0].id, "A.b_c-1");
  EXPECT_EQ(config.servers[0].line, (Endpoint{"::1", 65535}));
  EXPECT_EQ(config.servers[0].line.text(), "[::1]:65535");
  EXPECT_EQ(config.servers[0].peer, (Endpoint{"localhost", 0}));
  EXPECT_EQ(config.servers[0].http, std::nullopt);
  EXPECT_EQ(parse_config("[log]\ntraffic = \"off\"\n" + std::string(herd_of_two), "").value().traffic,
            TrafficLogging::off);
}

/// How many event loops each server of a herd with these line hosts runs on a machine of `cpus`.
std::vector<std::size_t> threads_of_servers_at(const std::vector<std::string>& hosts, std::size_t cpus,
                                               const std::string& threads = "", const std::string& peer = "127.0.0.1") {
  std::string text = "[herd]\nname = \"n\"\n" + threads + "\n[tls]\npeers = \"certs\"\n[auth]\nopen = true\n";
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const auto number = std::to_string(i);
    text += "[[server]]\nid = \"S" + number + "\"\nline = \"" + hosts[i] + ":" + std::to_string(12000 + i) +
            "\"\npeer = \"" + (peer.ends_with('.') ? peer + number : peer) + ":" + std::to_string(13000 + i) + "\"\n";
  }
  const auto config = parse_config(text, "h.toml").value();
  std::vector<std::size_t> counts;
  for (const auto& server : config.servers) counts.push_back(config.threads_of(server, cpus));
  return counts;
}

TEST(Config, a_server_alone_on_its_machine_runs_an_event_loop_per_CPU) {
  EXPECT_THAT(threads_of_servers_at({"127.0.0.1"}, 2), ElementsAre(2));
  EXPECT_THAT(threads_of_servers_at({"10.0.0.1", "10.0.0.2", "127.0.0.1"}, 8), ElementsAre(8, 8, 8));
  EXPECT_THAT(threads_of_servers_at({"127.0.0.1"}, 1000), ElementsAre(256));
}

TEST(Config, servers_of_one_machine_share_its_CPUs_and_run_at_least_one_event_loop_each) {
  EXPECT_THAT(threads_of_servers_at({"127.0.0.1", "localhost", "[::1]", "127.0.0.2", "10.0.0.1"}, 8),
              ElementsAre(2, 2, 2, 2, 8));
  EXPECT_THAT(threads_of_servers_at({"10.0.0.1", "10.0.0.1", "10.0.0.2"}, 5), ElementsAre(2, 2, 5));
  EXPECT_THAT(threads_of_servers_at({"127.0.0.1", "127.0.0.1", "127.0.0.1"}, 2), ElementsAre(1, 1, 1));
}

TEST(Config, servers_that_listen_on_all_addresses_are_where_their_peer_ports_are) {
  EXPECT_THAT(threads_of_servers_at({"0.0.0.0", "0.0.0.0", "[::]"}, 8, "", "10.0.0."), ElementsAre(8, 8, 8));
  EXPECT_THAT(threads_of_servers_at({"0.0.0.0", "0.0.0.0"}, 8, "", "10.0.0.7"), ElementsAre(4, 4));
}

TEST(Config, threads_says_how_many_event_loops_each_server_runs) {
  EXPECT_THAT(threads_of_servers_at({"127.0.0.1", "127.0.0.1", "10.0.0.1"}, 2, "threads = 3"), ElementsAre(3, 3, 3));
}

TEST(Config, relative_paths_are_relative_to_the_file) {
  EXPECT_EQ(parse_config(herd_of_two, "some/where/h.toml").value().data, "some/where/data");
  EXPECT_EQ(parse_config(herd_of_two, "h.toml").value().data, "data");
}

TEST(Config, a_link_named_on_one_side_counts_for_both) {
  const auto config = parse_config(herd_of_two, "h.toml").value();
  EXPECT_THAT(config.find("north")->talks_with, ElementsAre("south"));
  EXPECT_THAT(config.find("south")->talks_with, ElementsAre("north"));
  EXPECT_EQ(config.find("east"), nullptr);
}

TEST(Config, a_server_that_talks_with_nobody_is_worth_a_warning_unless_it_is_alone) {
  EXPECT_EQ(mistakes_in_server_with(""), "none");
  const auto config = parse_config(
      std::string(herd_of_two) + "[[server]]\nid = \"east\"\nline = \"127.0.0.1:5\"\n" + "peer = \"127.0.0.1:6\"\n",
      "h.toml");
  EXPECT_THAT(config.value().warnings,
              ElementsAre("h.toml:12: east talks with nobody: its reports stay with it, and it learns of none; name "
                          "neighbours in talks_with"));
}

TEST(Config, a_journal_that_this_version_does_not_keep_is_worth_a_warning) {
  const auto config = parse_config(std::string(herd_of_two) + "[durability]\nmode = \"async\"\n", "h.toml");
  EXPECT_THAT(config.value().warnings,
              ElementsAre("h.toml:13: mode \"async\" has no effect: this version keeps nothing on disk, and a server "
                          "that restarts learns from its neighbours"));
}

TEST(Config, a_peer_port_that_no_neighbour_can_find_is_worth_a_warning) {
  auto text = std::string(herd_of_two);
  text.replace(text.find("127.0.0.1:4"), 11, "127.0.0.1:0");
  EXPECT_THAT(parse_config(text, "h.toml").value().warnings,
              ElementsAre("h.toml:8: the peer port of south is 0, any free one: no neighbour can find it; give it a "
                          "number"));
}

TEST(Config, a_file_that_cannot_be_read_is_named) {
  EXPECT_EQ(load_config("no/such.toml").error().message,
            "no/such.toml: cannot be read: No such file or directory; name the herd's file with --config FILE");
  EXPECT_EQ(load_config("/").error().message,
            "/: cannot be read: it is a folder; name the herd's file with --config FILE");
}

TEST(Config, text_that_is_no_TOML_is_named_with_its_line) {
  EXPECT_EQ(mistakes_in("[herd]\nname = ucla\n"),
            "h.toml:2: Error while parsing value: could not determine value type");
}

TEST(Config, an_empty_file_lacks_a_name_and_servers) {
  EXPECT_EQ(mistakes_in(""),
            "h.toml:1: [herd] has no name; add name = \"ucla\"\n"
            "h.toml:1: the file names no server; add a [[server]] with id, line and peer");
  EXPECT_EQ(mistakes_in("server = []\n[herd]\nname = \"n\""),
            "h.toml:1: the file names no server; add a [[server]] with id, line and peer");
}

TEST(Config, all_mistakes_are_named_at_once_in_the_order_of_their_lines) {
  EXPECT_EQ(mistakes_in("[limits]\nclients_max = 0\n[herd]\nnme = \"ucla\"\n[[server]]\nid = \"A\"\npeer = 7\n"),
            "h.toml:2: clients_max is 0; it must be 1 to 1000000000000\n"
            "h.toml:3: [herd] has no name; add name = \"ucla\"\n"
            "h.toml:4: unknown key \"nme\" in [herd]; did you mean \"name\"?\n"
            "h.toml:5: [[server]] has no line; add line = \"127.0.0.1:12000\"\n"
            "h.toml:7: peer in [[server]] must be a string, such as \"127.0.0.1:13000\", not a whole number");
}

TEST(Config, an_unknown_key_is_named_with_the_one_that_was_meant) {
  EXPECT_EQ(mistakes_in_server_with("htpt = \"127.0.0.1:3\"\n"),
            "h.toml:7: unknown key \"htpt\" in [[server]]; did you mean \"http\"?");
  EXPECT_EQ(mistakes_in_server_with("colour = 1\n"),
            "h.toml:7: unknown key \"colour\" in [[server]]; known are id, line, peer, http, trackers, talks_with");
  EXPECT_EQ(mistakes_in_server_with("[Limit]\n"),
            "h.toml:7: unknown key \"Limit\" in the file; did you mean \"limits\"?");
  EXPECT_EQ(mistakes_in_server_with("[log]\ntrafic = \"all\"\n"),
            "h.toml:8: unknown key \"trafic\" in [log]; did you mean \"traffic\"?");
}

TEST(Config, a_value_of_the_wrong_type_is_named_with_a_right_one) {
  EXPECT_EQ(
      mistakes_in("herd = \"ucla\"\n[server]\nid = \"A\"\n"),
      "h.toml:1: herd in the file must be a table, such as [herd], not a string\n"
      "h.toml:1: [herd] has no name; add name = \"ucla\"\n"
      "h.toml:2: server in the file must be an array of tables, such as [[server]] for each of them, not a table");
  EXPECT_EQ(mistakes_in_server_with("http = 14000\n"),
            "h.toml:7: http in [[server]] must be a string, such as \"127.0.0.1:14000\", not a whole number");
  EXPECT_EQ(mistakes_in_server_with("talks_with = \"B\"\n"),
            "h.toml:7: talks_with in [[server]] must be an array of strings, such as [\"Jaquez\", \"Juzang\"], not a "
            "string");
  EXPECT_EQ(mistakes_in_server_with("[places]\nfiles = [\n  \"a\",\n  true ]\n"),
            "h.toml:10: files in [places] must be an array of strings, such as [\"monaco.places\"], not true or false");
  EXPECT_EQ(mistakes_in_server_with("[limits]\nline_bytes_max = 4096.0\n"),
            "h.toml:8: line_bytes_max in [limits] must be a whole number of 1024 to 1048576, such as 1048576, not a "
            "decimal number");
}

TEST(Config, a_value_out_of_bounds_is_named_with_the_bounds) {
  EXPECT_EQ(mistakes_in_server_with("[limits]\nline_bytes_max = 1023\nclients_max = -1\n"),
            "h.toml:8: line_bytes_max is 1023; it must be 1024 to 1048576\n"
            "h.toml:9: clients_max is -1; it must be 1 to 1000000000000");
  EXPECT_EQ(mistakes_in("[herd]\nname = \"n\"\nthreads = 0\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = "
                        "\"127.0.0.1:2\"\n"),
            "h.toml:3: threads is 0; it must be 1 to 256");
  EXPECT_EQ(mistakes_in("[herd]\nname = \"n\"\nthreads = 257\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = "
                        "\"127.0.0.1:2\"\n"),
            "h.toml:3: threads is 257; it must be 1 to 256");
  EXPECT_EQ(mistakes_in_server_with("[limits]\nline_bytes_max = 1048577\n"),
            "h.toml:8: line_bytes_max is 1048577; it must be 1024 to 1048576");
  EXPECT_EQ(mistakes_in_server_with("[log]\ntraffic = \"some\"\n[durability]\nmode = \"on\"\n"),
            "h.toml:8: traffic in [log] is \"some\"; it must be one of \"limited\", \"all\", \"off\"\n"
            "h.toml:10: mode in [durability] is \"on\"; it must be one of \"off\", \"async\", \"sync\"");
}

TEST(Config, a_server_without_id_or_ports_is_refused) {
  EXPECT_EQ(mistakes_in("[herd]\nname = \"n\"\n[[server]]\n"),
            "h.toml:3: [[server]] has no id; add id = \"Riley\"\n"
            "h.toml:3: [[server]] has no line; add line = \"127.0.0.1:12000\"\n"
            "h.toml:3: [[server]] has no peer; add peer = \"127.0.0.1:13000\"");
}

TEST(Config, a_name_that_cannot_be_a_file_name_and_a_word_of_a_line_is_refused) {
  const auto mistakes_with_id = [](const std::string& id) {
    return mistakes_in("[herd]\nname = \"n\"\n[[server]]\nid = \"" + id +
                       "\"\nline = \"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\n");
  };
  const std::string rule = "; it must be 1 to 64 letters, digits, _, . or - and not begin with . or -";
  EXPECT_EQ(mistakes_with_id("a b"), "h.toml:4: id is \"a b\"" + rule);
  EXPECT_EQ(mistakes_with_id(""), "h.toml:4: id is \"\"" + rule);
  EXPECT_EQ(mistakes_with_id(".."), "h.toml:4: id is \"..\"" + rule);
  EXPECT_EQ(mistakes_with_id("-v"), "h.toml:4: id is \"-v\"" + rule);
  EXPECT_EQ(mistakes_with_id("a/b"), "h.toml:4: id is \"a/b\"" + rule);
  EXPECT_EQ(mistakes_with_id("a\\u001b"), "h.toml:4: id is \"a\\x1b\"" + rule);
  EXPECT_EQ(mistakes_with_id(std::string(65, 'x')), "h.toml:4: id is \"" + std::string(65, 'x') + "\"" + rule);
  EXPECT_EQ(mistakes_with_id(std::string(64, 'x')), "none");
}

TEST(Config, two_servers_of_one_id_are_refused) {
  EXPECT_EQ(mistakes_in_server_with("[[server]]\nid = \"A\"\nline = \"127.0.0.1:3\"\npeer = \"127.0.0.1:4\"\n"),
            "h.toml:8: id \"A\" is taken by the server of line 4; give each server its own");
}

TEST(Config, two_ports_of_one_number_on_one_host_are_refused) {
  EXPECT_EQ(mistakes_in_server_with("http = \"localhost:1\"\n"),
            "h.toml:7: http \"localhost:1\" is taken by the line port of A in line 5; give each its own port");
  EXPECT_EQ(mistakes_in_server_with("http = \"[::1]:1\"\n"), "none");
}

TEST(Config, a_peer_port_that_other_machines_can_reach_is_refused) {
  EXPECT_EQ(
      mistakes_in("[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = \"0.0.0.0:2\"\n"),
      "h.toml:6: peer \"0.0.0.0:2\" can be reached from other machines, and without TLS a peer port is for loopback "
      "only: run `proxyherd certs init` and add [tls] with peers = \"certs\", or write 127.0.0.1:2");
}

TEST(Config, with_certificates_a_peer_port_may_be_anywhere) {
  constexpr std::string_view anywhere =
      "[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = \"0.0.0.0:2\"\n";
  const auto config = parse_config(std::string(anywhere) + "[tls]\npeers = \"certs\"\n", "/etc/herd/h.toml").value();
  EXPECT_EQ(config.peer_certificates, "/etc/herd/certs");
  EXPECT_EQ(parse_config(anywhere, "h.toml", PlainPeers::anywhere).value().peer_certificates, std::nullopt);
}

TEST(Config, says_which_ports_of_clients_are_TLS_and_whose_certificates_they_want) {
  const auto plain = parse_config(herd_of_two, "/etc/herd/h.toml").value().client_tls;
  EXPECT_EQ(plain.folder, std::nullopt);
  const auto both = parse_config(std::string(herd_of_two) + "[tls]\nclients = \"web\"\nline_clients_ca = \"ca.crt\"\n",
                                 "/etc/herd/h.toml")
                        .value();
  EXPECT_EQ(both.peer_certificates, std::nullopt);
  EXPECT_EQ(both.client_tls.folder, "/etc/herd/web");
  EXPECT_EQ(both.client_tls.line_clients_ca, "/etc/herd/ca.crt");
  EXPECT_TRUE(both.client_tls.is_on_line && both.client_tls.is_on_http && both.client_tls.is_on_trackers);
  const auto http =
      parse_config(std::string(herd_of_two) + "[tls]\nclients = \"web\"\nclients_on = [\"http\"]\n", "h.toml").value();
  EXPECT_FALSE(http.client_tls.is_on_line);
  EXPECT_TRUE(http.client_tls.is_on_http);
}

TEST(Config, refuses_what_it_cannot_make_of_TLS_for_clients) {
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\nclients = \"web\"\nclients_on = [\"lines\"]\n"),
            "h.toml:14: clients_on names \"lines\"; there are \"line\", \"http\" and \"trackers\"");
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\npeers = \"certs\"\nclients_on = [\"http\"]\n"),
            "h.toml:14: clients_on is of no use without clients; add clients = \"client-certs\"");
  EXPECT_EQ(
      mistakes_in(std::string(herd_of_two) + "[tls]\nclients = \"web\"\nclients_on = []\n"),
      "h.toml:14: clients_on names no port; there are \"line\", \"http\" and \"trackers\": name those that are TLS, "
      "or leave clients_on out for all, or clients for none");
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\nclients = \"web\"\nclients_on = \"http\"\n"),
            "h.toml:14: clients_on in [tls] must be an array of strings, such as [\"line\", \"http\", \"trackers\"], "
            "not a string");
  const std::string plain_line =
      "line_clients_ca asks line clients for certificates, and the line port is plain; add clients = \"client-certs\", "
      "and \"line\" to clients_on";
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\npeers = \"certs\"\nline_clients_ca = \"ca.crt\"\n"),
            "h.toml:14: " + plain_line);
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) +
                        "[tls]\nclients = \"web\"\nclients_on = [\"http\"]\nline_clients_ca = \"ca.crt\"\n"),
            "h.toml:15: " + plain_line);
}

TEST(Config, the_origins_of_web_pages_are_as_browsers_send_them) {
  const auto with = [](const std::string& origins) {
    return mistakes_in(std::string(herd_of_two) + "[http]\ncors_origins = [" + origins + "]\n");
  };
  const auto refused = [](const std::string& origin) {
    return "h.toml:13: cors_origins names \"" + origin +
           R"(", which is no origin; write https://HOST[:PORT], in lower case and without a path, or "*" for any)";
  };
  EXPECT_EQ(with(R"("mylaptop.local", "https://example.org")"), refused("mylaptop.local"));
  EXPECT_EQ(with(R"("https://example.org/map")"), refused("https://example.org/map"));
  EXPECT_EQ(with(R"("https://*.example.org")"), refused("https://*.example.org"));
  const auto config = parse_config(
      std::string(herd_of_two) + "[http]\ncors_origins = [\"*\", \"http://mylaptop.local:8080\"]\n", "h.toml");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->cors_origins, (std::vector<std::string>{"*", "http://mylaptop.local:8080"}));
}

TEST(Config, a_port_for_trackers_that_is_plain_beside_https_is_worth_a_warning) {
  const auto read = [](const std::string& clients_on) {
    return parse_config("[tls]\nclients = \"web\"\n" + clients_on +
                            "\n[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = "
                            "\"127.0.0.1:2\"\nhttp = \"127.0.0.1:3\"\ntrackers = \"127.0.0.1:5055\"\n",
                        "h.toml")
        .value();
  };
  for (const auto* same : {"", R"(clients_on = ["http", "trackers"])", R"(clients_on = ["trackers"])"}) {
    EXPECT_TRUE(read(same).client_tls.is_on_trackers) << same;
    EXPECT_THAT(read(same).warnings, IsEmpty()) << same;
  }
  const auto plain = read(R"(clients_on = ["line", "http"])");
  EXPECT_FALSE(plain.client_tls.is_on_trackers);
  EXPECT_THAT(plain.warnings,
              ElementsAre("h.toml:11: the trackers port of A is plain beside https; if its trackers know "
                          "https, add \"trackers\" to clients_on"));
  EXPECT_THAT(read(R"(clients_on = ["line"])").warnings, IsEmpty());
}

TEST(Config, a_port_for_trackers_is_a_door_like_the_others) {
  const std::string server =
      "[herd]\nname = \"n\"\n[[server]]\nid = \"A\"\nline = \"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\ntrackers = ";
  EXPECT_EQ(parse_config(server + "\"127.0.0.1:5055\"\n", "h.toml").value().servers[0].trackers->text(),
            "127.0.0.1:5055");
  EXPECT_TRUE(
      mistakes_in(server + "\"0.0.0.0:5055\"\n").starts_with("h.toml:7: trackers \"0.0.0.0:5055\" can be reached"));
  EXPECT_EQ(mistakes_in(server + "\"127.0.0.1:1\"\n"),
            "h.toml:7: trackers \"127.0.0.1:1\" is taken by the line port of A in line 5; give each its own port");
}

TEST(Config, a_tls_section_names_a_folder_and_a_server_is_not_called_as_the_CA) {
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\npears = \"certs\"\n"),
            "h.toml:13: unknown key \"pears\" in [tls]; did you mean \"peers\"?");
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\nclient = \"web\"\n"),
            "h.toml:13: unknown key \"client\" in [tls]; did you mean \"clients\"?");
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\npeers = 1\n"),
            "h.toml:13: peers in [tls] must be a string, such as \"certs\", not a whole number");
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "[tls]\n"),
            "h.toml:12: [tls] says nothing; add peers = \"certs\" for the links between servers, clients = "
            "\"client-certs\" for the ports of clients, or both");
  EXPECT_EQ(mistakes_in("[tls]\npeers = \"certs\"\n[herd]\nname = \"n\"\n[[server]]\nid = \"ca\"\nline = "
                        "\"127.0.0.1:1\"\npeer = \"127.0.0.1:2\"\n"),
            "h.toml:6: id \"ca\" is taken: ca.crt and ca.key in the folder of [tls] are the CA's");
}

TEST(Config, a_link_to_itself_or_to_no_server_is_refused) {
  EXPECT_EQ(mistakes_in_server_with("talks_with = [\"A\"]\n"),
            "h.toml:7: talks_with of A names itself; name its neighbours only");
  EXPECT_EQ(mistakes_in(std::string(herd_of_two) + "talks_with = [\n  \"nroth\",\n  \"Atlantis\" ]\n"),
            "h.toml:13: talks_with names \"nroth\", which is no server of this herd; did you mean \"north\"?\n"
            "h.toml:14: talks_with names \"Atlantis\", which is no server of this herd; known are north, south");
}

TEST(Config, an_address_that_is_none_is_named_with_what_is_wrong) {
  const auto mistakes_with_http = [](const std::string& address) {
    return mistakes_in_server_with("http = \"" + address + "\"\n[auth]\nopen = true\n");
  };
  const auto message = [](const std::string& address, const std::string& reason) {
    return "h.toml:7: http \"" + address + "\" is no address: " + reason +
           "; write HOST:PORT, such as 127.0.0.1:12000 or [::1]:12000";
  };
  EXPECT_EQ(mistakes_with_http(""), message("", "the port is missing"));
  EXPECT_EQ(mistakes_with_http("12000"), message("12000", "the port is missing"));
  EXPECT_EQ(mistakes_with_http(":12000"), message(":12000", "the host is missing"));
  EXPECT_EQ(mistakes_with_http("::1:12000"), message("::1:12000", "an IPv6 address goes in brackets"));
  EXPECT_EQ(mistakes_with_http("[::g]:1"), message("[::g]:1", "there is no IPv6 address in the brackets"));
  EXPECT_EQ(mistakes_with_http("[::1\\u0000]:1"), message("[::1\\x00]:1", "there is no IPv6 address in the brackets"));
  EXPECT_EQ(mistakes_with_http("127.0.0.256:1"), message("127.0.0.256:1", "its host is not four numbers of 0 to 255"));
  EXPECT_EQ(mistakes_with_http("a b:1"), message("a b:1", "its host is neither a name nor an IP address"));
  EXPECT_EQ(mistakes_with_http("localhost:65536"),
            message("localhost:65536", "the port is not a whole number of 0 to 65535"));
  EXPECT_EQ(mistakes_with_http("localhost:"), message("localhost:", "the port is not a whole number of 0 to 65535"));
  EXPECT_EQ(mistakes_with_http("herd-1.example.org:65535"), "none");
}

TEST(Endpoint, loopback_is_localhost_127_and_1) {
  EXPECT_TRUE((Endpoint{"localhost", 1}).is_loopback());
  EXPECT_TRUE((Endpoint{"127.1.2.3", 1}).is_loopback());
  EXPECT_TRUE((Endpoint{"::1", 1}).is_loopback());
  EXPECT_FALSE((Endpoint{"::", 1}).is_loopback());
  EXPECT_FALSE((Endpoint{"127.example.org", 1}).is_loopback());
  EXPECT_FALSE((Endpoint{"10.0.0.1", 1}).is_loopback());
}

}  // namespace
}  // namespace herd::node
