#pragma once

#include <cstddef>
#include <string>

namespace nascent::app {

/// Whether progress (on standard error) is seen by a person on a terminal that can move its cursor.
bool progress_is_interactive();
/// Characters in a line of the terminal behind standard error; 80 when it does not say.
std::size_t progress_width();
/// Characters in a line of standard output; 0 (no limit) when it is not a terminal.
std::size_t output_width();

/// The line cut to so many characters, with "..." at its end if it was longer; a width of 0 cuts nothing.
std::string cut_line(std::string line, std::size_t width);

/// From now on Ctrl-C and a polite kill only set a flag; a second Ctrl-C ends the program at once.
void catch_interrupts();
bool was_interrupted();

}  // namespace nascent::app
