#include "herd/app/terminal.h"

#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace herd::app {

bool is_terminal(int file_descriptor) {
  return isatty(file_descriptor) == 1;
}

bool shows_colour(int file_descriptor) {
  const auto* no_color = std::getenv("NO_COLOR");
  return is_terminal(file_descriptor) && (no_color == nullptr || *no_color == '\0');
}

unsigned terminal_columns(int file_descriptor) {
  winsize size{};
  return ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80U;
}

}  // namespace herd::app
