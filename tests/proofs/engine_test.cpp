// The symbolic engine itself: its words are words, its forks cover, and what it does not know it does not claim.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "proofs/engine/symbolic.hpp"

namespace sequent::proof {
namespace {

limits quick() {
  limits bounds;
  bounds.seconds = 20;
  return bounds;
}

// Runs with the inputs given, so that every word is computed symbolically and then comes out as a constant.
template <class Operation>
std::uint32_t through_solver_terms(std::uint32_t a, std::uint32_t b, Operation operation) {
  std::uint32_t value = 0;
  explorer search(quick());
  const finding found = search.run([&](explorer& run) {
    const word32 x = word32::input("x");
    const word32 y = word32::input("y");
    const word32 result = operation(x, y);
    z3::expr_vector from(run.context());
    z3::expr_vector to(run.context());
    from.push_back(x.expression());
    from.push_back(y.expression());
    to.push_back(run.context().bv_val(a, 32));
    to.push_back(run.context().bv_val(b, 32));
    value = word32(result.expression().substitute(from, to)).value();
    prove(true, "the end is reached");
  });
  EXPECT_EQ(found.result, verdict::holds) << found.what;
  return value;
}

TEST(Word32, AgreesWithTheMachineWord) {
  std::mt19937 draw(20220801);
  for (int round = 0; round < 40; ++round) {
    const auto a = static_cast<std::uint32_t>(draw());
    const auto drawn = static_cast<std::uint32_t>(draw());
    const std::uint32_t b = round % 3 == 0 ? a + drawn % 3 - 1 : drawn;
    const std::uint32_t count = b % 32;
    const word32 x(a);
    const word32 y(b);
    EXPECT_EQ((x + y).value(), a + b);
    EXPECT_EQ((x - y).value(), a - b);
    EXPECT_EQ((x << word32(count)).value(), a << count);
    EXPECT_EQ(x < y, a < b);
    EXPECT_EQ(x <= y, a <= b);
    EXPECT_EQ(x == y, a == b);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p + q; }), a + b);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p - q; }), a - b);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p * q; }), a * b);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p & q; }), a & b);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p | q; }), a | b);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p ^ q; }), a ^ b);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto) { return ~p; }), ~a);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto) { return -p; }), 0u - a);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p << (q & word32(31)); }), a << count);
    EXPECT_EQ(through_solver_terms(a, b, [](auto p, auto q) { return p >> (q & word32(31)); }), a >> count);
  }
}

// The same branches by symbolic execution and by machine, with inputs that are pinned.
TEST(Word32, ComparesAsTheMachineWord) {
  const auto body = [](explorer&) {
    const word32 a = word32::input("a");
    const word32 b = word32::input("b");
    int order = 2;
    if (a < b)
      order = 0;
    else if (a == b)
      order = 1;
    prove(truth(order != 0), "a is not below b");
  };
  explorer search(quick());
  EXPECT_TRUE(search.falls_concretely(body, {{"a", 1}, {"b", 0xffff'ffffu}}));
  EXPECT_FALSE(search.falls_concretely(body, {{"a", 0xffff'ffffu}, {"b", 1}}));
  EXPECT_FALSE(search.falls_concretely(body, {{"a", 7}, {"b", 7}}));
}

TEST(Word32, AShiftByTheWidthIsAFailure) {
  const finding found = explore(
      [] {
        const word32 count = word32::input("count");
        const word32 shifted = word32(1) << count;
        prove(same(shifted, shifted), "anything");
      },
      quick());
  EXPECT_EQ(found.result, verdict::unknown);
  EXPECT_NE(found.what.find("width"), std::string::npos) << found.what;
}

TEST(Explorer, VisitsEveryFeasiblePathOnce) {
  std::uint32_t met[4] = {};
  const finding found = explore(
      [&met] {
        const word32 x = word32::input("x");
        const bool small = x < word32(10);
        const bool large = x > word32(5);
        const bool again = x < word32(10);
        EXPECT_EQ(small, again);
        ++met[(small ? 1 : 0) + (large ? 2 : 0)];
        prove(truth(small || large), "every number is one or the other");
      },
      quick());
  EXPECT_EQ(found.result, verdict::holds) << found.what;
  EXPECT_EQ(found.paths, 3u);
  EXPECT_TRUE(found.coverage_checked);
  EXPECT_EQ(met[0], 0u);  // neither below 10 nor above 5: no such number
  EXPECT_EQ(met[1], 1u);
  EXPECT_EQ(met[2], 1u);
  EXPECT_EQ(met[3], 1u);
}

TEST(Explorer, CoversEveryNumberByForkingOnItsBits) {
  const finding found = explore(
      [] {
        const word32 x = word32::input("x", 7);
        word32 rebuilt;
        for (std::uint32_t bit = 0; bit < 7; ++bit) {
          const word32 mask(1u << bit);
          if ((x & mask) == mask) rebuilt = rebuilt | mask;
        }
        prove(same(x, rebuilt), "the bits make up the number");
      },
      quick());
  EXPECT_EQ(found.result, verdict::holds) << found.what;
  EXPECT_EQ(found.paths, 128u);
  EXPECT_TRUE(found.coverage_checked);
}

// Decisions about inputs of their own multiply the paths, but not the questions: each is asked about once.
TEST(Explorer, AsksAboutIndependentDecisionsOnce) {
  const finding found = explore(
      [] {
        std::uint32_t high = 0;
        for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
          const word32 x = word32::input(name);
          if (x * x < word32(100)) ++high;
          if (x < word32(10)) prove(truth(high > 0), "small numbers have small squares");
        }
      },
      quick());
  EXPECT_EQ(found.result, verdict::holds) << found.what;
  EXPECT_EQ(found.paths, 729u);  // small with a small square, large with either: three ways each
  EXPECT_LE(found.queries, 24u);
}

// What excludes a decision on one path must not be taken to exclude it where that was decided otherwise.
TEST(Explorer, ReasonsHoldOnlyWhereTheyHold) {
  bool small_and_even = false;
  bool large_and_even = false;
  const finding found = explore(
      [&] {
        const word32 x = word32::input("x");
        const bool odd = (x & word32(1)) == word32(1);
        const bool one = x == word32(1);
        if (odd && one) prove(same(x, word32(1)), "one");
        if (!odd && !one && x < word32(10)) small_and_even = true;
        if (!odd && !one && !(x < word32(10))) large_and_even = true;
        prove(truth(!(one && !odd)), "one is odd");
      },
      quick());
  EXPECT_EQ(found.result, verdict::holds) << found.what;
  EXPECT_EQ(found.paths, 4u);
  EXPECT_TRUE(small_and_even && large_and_even);
  EXPECT_TRUE(found.coverage_checked);
}

TEST(Explorer, RefutesAFalseClaimWithItsOnlyCounterexample) {
  const auto body = [] {
    const word32 x = word32::input("x");
    const truth flag = truth::input("flag");
    assume(flag);
    if (x > word32(1000)) prove(!same(x, word32(0xdead'beefu)), "never that number");
  };
  const finding found = explore(body, quick());
  EXPECT_EQ(found.result, verdict::falls);
  EXPECT_EQ(found.what, "never that number");
  EXPECT_EQ(found.values, (std::vector<assignment>{{"x", 0xdead'beefu}, {"flag", 1}}));
}

// Multiplication modulo 2^32 distributes, but no solver shows it within a millisecond.
TEST(Explorer, ATimeOutIsNotAProof) {
  limits bounds = quick();
  bounds.query_milliseconds = 1;
  const finding found = explore(
      [] {
        const word32 a = word32::input("a");
        const word32 b = word32::input("b");
        const word32 c = word32::input("c");
        prove(same((a * b) * c, a * (c * b)) && same((a ^ b) * (a & c) * c, c * (a & c) * (b ^ a) * word32(1)), "hard");
        prove(!same(a * a * a + b * b * b, c * c * c + word32(3)), "harder");
      },
      bounds);
  EXPECT_EQ(found.result, verdict::unknown) << found.what;
  EXPECT_NE(found.what.find("does not know"), std::string::npos) << found.what;
}

TEST(Explorer, TooLittleTimeIsNotAProof) {
  limits bounds;
  bounds.seconds = 0;
  const finding found = explore(
      [] {
        const word32 a = word32::input("a");
        prove(below(a & word32(7), word32(8)) && !same(a * a, word32(2)), "easy, but there is no time at all");
      },
      bounds);
  EXPECT_EQ(found.result, verdict::unknown);
}

TEST(Explorer, TooManyDecisionsAreNotAProof) {
  limits bounds = quick();
  bounds.decisions = 50;
  const finding found = explore(
      [] {
        const word32 x = word32::input("x");
        word32 i;
        while (i < x) i = i + word32(1);
        prove(same(i, x), "counted");
      },
      bounds);
  EXPECT_EQ(found.result, verdict::unknown);
}

TEST(Explorer, ImpossibleAssumptionsAreNotAProof) {
  const finding found = explore(
      [] {
        const word32 x = word32::input("x");
        assume(below(x, word32(5)));
        assume(below(word32(7), x));
        prove(false, "anything");
      },
      quick());
  EXPECT_EQ(found.result, verdict::unknown);
  EXPECT_NE(found.what.find("vacuous"), std::string::npos) << found.what;
}

TEST(Explorer, AnUndeterminedBodyIsNotAProof) {
  int runs = 0;
  const finding found = explore(
      [&runs] {
        const word32 x = word32::input("x");
        const bool low = x < word32(static_cast<std::uint32_t>(++runs));
        prove(truth(low || !low), "anything");
      },
      quick());
  EXPECT_EQ(found.result, verdict::unknown);
  EXPECT_NE(found.what.find("deterministic"), std::string::npos) << found.what;
}

TEST(Explorer, AWitnessMeetsTheAssumptions) {
  const finding found = explore(
      [] {
        const word32 x = word32::input("x");
        assume(below(word32(41), x) && below(x, word32(43)));
        prove(same(x, word32(42)), "only one is left");
      },
      quick());
  EXPECT_EQ(found.result, verdict::holds) << found.what;
  EXPECT_EQ(found.witness, (std::vector<assignment>{{"x", 42}}));
}

TEST(Position, IsAnInteger) {
  const finding found = explore(
      [] {
        const stream line = stream::flowing(axis::send);
        const word32 d = word32::input("d");
        const position here = line.at(word32(0));
        const position there = line.at(d);
        prove(there - here == position::signed_of(d), "differences lose the origin");
        prove(here > position(0), "an origin has something behind it");
        prove(there + position(1) > there, "no position wraps");
        prove(line.unwrap(line.wire(d)) == there, "unwrapping finds the position");
        prove((position::unsigned_of(word32::input("field", 16)) << position(14)) < position(1 << 30),
              "a shift is exact");
      },
      quick());
  EXPECT_EQ(found.result, verdict::holds) << found.what;
}

TEST(Position, ThatMightNotFitIsAFailure) {
  const finding found = explore(
      [] {
        position far = position::unsigned_of(word32::input("d"));
        for (int i = 0; i < 20; ++i) far += far;
        prove(far >= position(0), "anything");
      },
      quick());
  EXPECT_EQ(found.result, verdict::unknown);
}

TEST(Theorem, WithoutARefutedControlDoesNotHold) {
  theorem claim;
  claim.id = "test";
  claim.body = [] { prove(same(word32::input("x"), word32(0)) || true, "anything"); };
  EXPECT_EQ(check(claim).result, verdict::unknown);
  claim.controls = {{"not broken at all", claim.body}};
  EXPECT_EQ(check(claim).result, verdict::unknown);
  claim.controls = {{"broken", [] { prove(same(word32::input("x"), word32(0)), "zero"); }}};
  EXPECT_EQ(check(claim).result, verdict::holds);
  EXPECT_EQ(check(claim).controls_refuted, 1u);
}

}  // namespace
}  // namespace sequent::proof
