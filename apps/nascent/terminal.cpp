#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace nascent::app {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int signal) {
  if (interrupted != 0 && signal == SIGINT) _exit(130);
  interrupted = 1;
}

std::size_t columns_of(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

bool progress_is_interactive() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::size_t progress_width() { return columns_of(STDERR_FILENO); }

std::size_t output_width() { return ::isatty(STDOUT_FILENO) == 1 ? columns_of(STDOUT_FILENO) : 0; }

std::string cut_line(std::string line, std::size_t width) {
  if (width < 4 || line.size() <= width) return line;
  // At a character, not inside one: continuation bytes of UTF-8 are 10xxxxxx.
  std::size_t end = width - 3;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
  return line.substr(0, end) + "...";
}

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool was_interrupted() { return interrupted != 0; }

}  // namespace nascent::app
