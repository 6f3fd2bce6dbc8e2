#include "herd/app/check_config_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <unistd.h>

#include "herd/app/herd_file.h"
#include "herd/app/table.h"
#include "herd/app/terminal.h"

namespace herd::app {

namespace {

std::string plural(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

int check_config(const std::string& file) {
  const auto config = load_herd(file);
  Table table({{"SERVER"}, {"LINE"}, {"PEER"}, {"HTTP"}, {"TALKS WITH"}});
  std::size_t link_ends = 0;
  for (const auto& server : config.servers) {
    link_ends += server.talks_with.size();
    table.add_row({{server.id},
                   {server.line.text()},
                   {server.peer.text()},
                   {server.http ? server.http->text() : "-"},
                   {server.talks_with.empty() ? "nobody" : joined(server.talks_with)}});
  }
  std::cout << file << ": herd " << config.herd << ", " << plural(config.servers.size(), "server") << ", "
            << plural(link_ends / 2, "link") << "\n\n"
            << table.text(shows_colour(STDOUT_FILENO)) << '\n'
            << "data in " << (config.data / "<id>").string() << '\n';
  for (const auto& place_file : config.place_files) std::cout << "places from " << place_file.string() << '\n';
  for (const auto& warning : config.warnings) std::cout << "warning: " << warning << '\n';
  return 0;
}

}  // namespace

void add_check_config_command(CLI::App& app, std::function<int()>& action) {
  auto file = std::make_shared<std::string>();
  auto& command = *app.add_subcommand("check-config", "Say what herd.toml describes, or all that is wrong with it");
  add_config_option(command, *file);
  command.footer(
      "Status 0 if a herd can be run with it, 2 if not. Mistakes are named with file and line.\n"
      "\n"
      "Example:\n"
      "  proxyherd check-config --config herd.toml\n");
  command.callback([file, &action] { action = [file] { return check_config(*file); }; });
}

}  // namespace herd::app
