#include <gtest/gtest.h>

#include "nascent/architecture/architecture.h"

namespace nascent {
namespace {

TEST(ActivationMemory, OfAChainIsTwoNeighboursAtATime) {
  Architecture net({1, 8, 8});                                          // 64
  net.append("a", Convolution{.filters = 4}, net.last());               // 256
  net.append("b", BatchNorm{}, net.last());                             // 256
  net.append("c", MaxPool{}, net.last());                               // 64
  net.append("d", Convolution{.filters = 2, .kernel = 1}, net.last());  // 32
  net.append("e", Flatten{}, net.last());                               // 32
  net.append("f", Dense{.units = 3}, net.last());                       // 3
  EXPECT_EQ(net.activation_elements(), 64 + 256 + 256 + 64 + 32 + 32 + 3);
  EXPECT_EQ(net.peak_activation_elements(), 256 + 256);
}

TEST(ActivationMemory, ASkipIsHeldUntilItIsRead) {
  Architecture net({4, 4, 4});                                               // 64
  const int a = net.append("a", Convolution{.filters = 8}, 0);               // 128
  const int b = net.append("b", Convolution{.filters = 8, .stride = 2}, a);  // 32
  const int c = net.append("c", Convolution{.filters = 8}, b);               // 32
  const int d = net.append("d", MaxPool{}, a);                               // 32
  net.append("e", Concatenate{}, {c, d, b});                                 // 96
  EXPECT_EQ(net.activation_elements(), 64 + 128 + 32 + 32 + 32 + 96);
  // While d is computed, a, b, c and d live; e needs b, c and d, but a no longer: 224 against 192.
  EXPECT_EQ(net.peak_activation_elements(), 128 + 32 + 32 + 32);
}

TEST(ActivationMemory, WhatNobodyReadsIsFreedAtOnceAndTheOutputStays) {
  Architecture net({1, 10, 10});                               // 100
  net.append("unread", Convolution{.filters = 5}, 0);          // 500
  net.append("a", Convolution{.filters = 5, .stride = 2}, 0);  // 125
  net.append("twice", Add{}, {net.last(), net.last()});        // 125
  EXPECT_EQ(net.activation_elements(), 100 + 500 + 125 + 125);
  EXPECT_EQ(net.peak_activation_elements(), 100 + 500);
  EXPECT_EQ(Architecture({7, 0, 0}).peak_activation_elements(), 7);
}

}  // namespace
}  // namespace nascent
