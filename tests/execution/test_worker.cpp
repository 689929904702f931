// The worker program of the process executor's tests.

#include "execution/scripted_handler.h"
#include "nascent/execution/executor.h"

int main() {
  nascent::testing::ScriptedHandler handler;
  return nascent::serve_jobs(handler);
}
