#include "execution/scripted_handler.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "nascent/core/files.h"

namespace nascent::testing {
namespace {

using Action = std::function<Json(const Json&, JobContext&)>;

void nap() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

Json add(const Json& payload, JobContext&) {
  return {{"sum", payload.at("a").get<double>() + payload.at("b").get<double>()}};
}

Json echo(const Json& payload, JobContext&) { return payload.at("value"); }

Json report(const Json& payload, JobContext& context) {
  const std::int64_t steps = payload.at("steps");
  std::int64_t step = 0;
  while (step < steps) {
    ++step;
    if (!context.report({step, {{"loss", 1.0 / static_cast<double>(step)}}, 0.25 * static_cast<double>(step)})) break;
  }
  return {{"reported", step}};
}

Json report_strange_numbers(const Json&, JobContext& context) {
  const double infinity = std::numeric_limits<double>::infinity();
  context.report({1, {{"nan", std::nan("")}, {"inf", infinity}, {"minus", -infinity}}, 0.5});
  return {{"nan", std::nan("")}, {"list", {infinity, -infinity, 1.5}}};
}

Json until_told(const Json&, JobContext& context) {
  while (!context.should_stop()) nap();
  return {{"told", true}};
}

/// Works for so many seconds without a report, but asks whether to stop.
Json work_quietly(const Json& payload, JobContext& context) {
  const Deadline end = Deadline::in(payload.at("seconds"));
  while (!end.passed() && !context.should_stop()) nap();
  return {{"worked", true}};
}

Json throw_text(const Json& payload, JobContext&) { throw std::runtime_error(payload.at("text").get<std::string>()); }
Json throw_int(const Json&, JobContext&) { throw 7; }
Json throw_bad_alloc(const Json&, JobContext&) { throw std::bad_alloc(); }

Json print(const Json& payload, JobContext&) {
  const std::string text = payload.at("text");
  std::cout << text << std::endl;
  std::printf("{\"ended\": 1}\n");
  [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, "raw\n", 4);
  std::fflush(stdout);
  return {{"printed", text}};
}

// What follows is for worker processes only.

Json abort_process(const Json& payload, JobContext&) {
  std::fprintf(stderr, "something before\n%s\n\n", payload.value("text", "").c_str());
  std::abort();
}

Json raise_signal(const Json& payload, JobContext&) {
  ::kill(::getpid(), payload.at("signal").get<int>());
  for (;;) nap();
}

Json exit_process(const Json& payload, JobContext&) { std::_Exit(payload.at("code").get<int>()); }

Json hang(const Json&, JobContext&) {
  for (;;) nap();
}

/// Wants much memory at once and touches none of it.
Json allocate_at_once(const Json& payload, JobContext&) {
  const std::size_t bytes = payload.at("bytes");
  const std::unique_ptr<char[]> block(new char[bytes]);
  return {{"address", reinterpret_cast<std::uintptr_t>(block.get())}};
}

/// Takes and uses memory bit by bit, up to so many bytes, and then stays alive with it.
Json fill_memory(const Json& payload, JobContext& context) {
  constexpr std::size_t kBlock = 4 << 20;
  const std::size_t most = payload.at("bytes");
  std::vector<std::unique_ptr<char[]>> blocks;
  while (blocks.size() * kBlock < most) {
    blocks.emplace_back(new char[kBlock]);
    std::memset(blocks.back().get(), static_cast<int>(blocks.size()), kBlock);
  }
  if (payload.value("stay", false)) return until_told(payload, context);
  return {{"blocks", blocks.size()}};
}

/// Reads a mapped file wholly.
Json read_mapped(const Json& payload, JobContext& context) {
  const MappedFile file(payload.at("path").get<std::string>());
  std::size_t sum = 0;
  for (std::size_t i = 0; i < file.bytes().size(); i += 4096) sum += static_cast<std::size_t>(file.bytes()[i]);
  work_quietly({{"seconds", 0.5}}, context);  // long enough for the coordinator to look at the memory
  return {{"sum", sum}, {"bytes", file.bytes().size()}};
}

Json describe_process(const Json&, JobContext&) {
  Json descriptors = Json::array();
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the directory's own descriptor
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (!gone && target.string().find("/fd") == std::string::npos) descriptors.push_back(target.string());
  }
  return {{"process", ::getpid()}, {"group", ::getpgrp()}, {"descriptors", descriptors}};
}

/// Leaves a child behind that outlives any test.
Json start_child(const Json& payload, JobContext& context) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execlp("sleep", "sleep", "1000", nullptr);
    ::_exit(1);
  }
  context.report({1, {{"child", static_cast<double>(child)}}, 0.0});
  if (payload.value("crash", false)) std::abort();
  return {{"child", child}};
}

const std::map<std::string, Action>& actions() {
  static const std::map<std::string, Action> all{
      {"add", add},
      {"echo", echo},
      {"report", report},
      {"report_strange_numbers", report_strange_numbers},
      {"until_told", until_told},
      {"work_quietly", work_quietly},
      {"throw", throw_text},
      {"throw_int", throw_int},
      {"throw_bad_alloc", throw_bad_alloc},
      {"print", print},
      {"abort", abort_process},
      {"signal", raise_signal},
      {"exit", exit_process},
      {"hang", hang},
      {"allocate_at_once", allocate_at_once},
      {"fill_memory", fill_memory},
      {"read_mapped", read_mapped},
      {"describe_process", describe_process},
      {"start_child", start_child},
  };
  return all;
}

}  // namespace

Json ScriptedHandler::run(const Json& payload, JobContext& context) {
  return actions().at(payload.at("do").get<std::string>())(payload, context);
}

}  // namespace nascent::testing
