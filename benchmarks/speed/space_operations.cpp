// What the elementary operations of search spaces cost, at 10 and 40 dimensions: numbers of all kinds and categories, a
// fifth of them below a category. No rival: these are parts of every suggestion.
//
//     build/release/bin/bench_space_operations [--benchmark_filter=hash]

#include <benchmark/benchmark.h>

#include <string>

#include "nascent/space/encoding.h"
#include "nascent/space/variation.h"

namespace nascent {
namespace {

/// Five parameters, repeated: two floats, an integer, a category without and one with a parameter below it.
SearchSpace space_of(std::int64_t dimensions) {
  SearchSpace space;
  for (std::int64_t i = 0; i < dimensions / 5; ++i) {
    const std::string end = "_" + std::to_string(i);
    space.add_float("learning_rate" + end, 1e-5, 1e-1, {.log = true});
    space.add_float("dropout" + end, 0.0, 0.5);
    space.add_int("depth" + end, 1, 64);
    space.add_categorical("optimizer" + end, {{"adam"}, {"sgd", SearchSpace().add_float("momentum", 0.0, 0.99)}});
  }
  return space;
}

void sample(benchmark::State& state) {
  const SearchSpace space = space_of(state.range(0));
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(space.sample(random));
}

void hash(benchmark::State& state) {
  Random random(1);
  const Configuration configuration = space_of(state.range(0)).sample(random);
  for (auto _ : state) benchmark::DoNotOptimize(configuration.hash());
}

void encode(benchmark::State& state) {
  const SearchSpace space = space_of(state.range(0));
  const Encoding encoding(space);
  Random random(1);
  const Configuration configuration = space.sample(random);
  for (auto _ : state) benchmark::DoNotOptimize(encoding.encode(configuration));
}

void decode(benchmark::State& state) {
  const SearchSpace space = space_of(state.range(0));
  const Encoding encoding(space);
  Random random(1);
  const EncodedPoint point = encoding.encode(space.sample(random));
  for (auto _ : state) benchmark::DoNotOptimize(encoding.decode(point.values));
}

void mutation(benchmark::State& state) {
  const SearchSpace space = space_of(state.range(0));
  Random random(1);
  const Configuration configuration = space.sample(random);
  for (auto _ : state) benchmark::DoNotOptimize(mutate(space, configuration, random));
}

void constrained_sample(benchmark::State& state) {
  SearchSpace space = space_of(state.range(0));
  space.add_constraint("learning_rate_0 * depth_0 <= 0.01").add_constraint("dropout_0 < dropout_1");
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(space.sample(random));
}

BENCHMARK(sample)->Arg(10)->Arg(40);
BENCHMARK(hash)->Arg(10)->Arg(40);
BENCHMARK(encode)->Arg(10)->Arg(40);
BENCHMARK(decode)->Arg(10)->Arg(40);
BENCHMARK(mutation)->Arg(10)->Arg(40);
BENCHMARK(constrained_sample)->Arg(10)->Arg(40);

}  // namespace
}  // namespace nascent

BENCHMARK_MAIN();
