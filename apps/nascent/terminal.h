#pragma once

#include <cstddef>

namespace nascent::app {

/// Whether progress (on standard error) is seen by a person on a terminal that can move its cursor.
bool progress_is_interactive();
/// Characters in a line of the terminal behind standard error; 80 when it does not say.
std::size_t progress_width();
/// Characters in a line of standard output; 0 (no limit) when it is not a terminal.
std::size_t output_width();

/// From now on Ctrl-C and a polite kill only set a flag; a second Ctrl-C ends the program at once.
void catch_interrupts();
bool was_interrupted();

}  // namespace nascent::app
