#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "herd/base/result.h"

namespace herd::app {

/// Another program that is to work on a file.
struct Command {
  std::vector<std::string> words;  ///< its name, looked for on the PATH, and its arguments
  std::string file;                ///< what it works on, for messages
  std::string package;             ///< Debian's that has it
  std::string folder = {};         ///< where it runs; empty: where we do
};

/// What it writes to its standard output, as it comes; an error ends the program.
using OnOutput = std::function<Result<void>(std::string_view bytes)>;
/// How far it says it is on its standard error, as osmium does there: 0 to 1.
using OnPart = std::function<void(double part)>;

/// Runs a program to its end, without standard input. An error names the file: the program is not installed, or it
/// failed, and then has the last line of its standard error, or it is that of `on_output`.
Result<void> run_command(const Command& command, const OnOutput& on_output, const OnPart& on_part);

/// Ends the program that run_command() waits for, if there is one. For another thread.
void kill_command();

}  // namespace herd::app
