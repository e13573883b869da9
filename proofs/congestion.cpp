// The arithmetic of congestion windows: a cube root, a cube, and sums that stay within 2^30.
#include "proofs/engine/symbolic.hpp"
#include "proofs/engine/word64.hpp"
#include "sequent/congestion/curve.hpp"
#include "sequent/congestion/progress.hpp"

namespace sequent::proof {
namespace {

using congestion::partial_root;

word64 number(std::uint64_t value) { return word64(value); }

using rooting = partial_root<word64> (*)(const partial_root<word64>&, word64);

// One step of the cube root, from any state that an earlier one may have left: by induction, after each step
// root^3 + rest is what has been read and (root + 1)^3 = root^3 + 3 root^2 + 3 root + 1 is more. It suffices that
// `square` is the square of the root, so that (2 root + 1)^3 = 8 root^3 + 12 square + 6 root + 1: it is an input of its
// own here and never multiplied. `slack` says how far the rest is from its bound, so that the terms cancel.
void root_step(rooting next) {
  partial_root<word64> before;
  before.root = word64::input("root", 21);
  before.square = word64::input("square", 42);
  const word64 three = number(3);
  const word64 slack = word64::input("slack", 45);
  const word64 bound = three * before.square + three * before.root;
  assume(!below(bound, slack));
  before.rest = bound - slack;
  const word64 bits = word64::input("bits", 3);
  const partial_root<word64> after = next(before, bits);
  const word64 doubled = before.root + before.root;
  const truth one_more = same(after.root, doubled + number(1));
  prove(one_more || same(after.root, doubled), "the root doubles, or doubles and one more");
  const word64 four_squares = number(4) * before.square;
  const word64 wider = four_squares + number(4) * before.root + number(1);
  prove(implies(one_more, same(after.square, wider)), "the square is that of the root that is one more");
  prove(implies(!one_more, same(after.square, four_squares)), "the square is that of the doubled root");
  const word64 read = number(8) * before.rest + bits;
  const word64 gained = number(12) * before.square + number(6) * before.root + number(1);
  prove(implies(one_more, same(after.rest + gained, read)), "root^3 and rest are what was read, with one more");
  prove(implies(!one_more, same(after.rest, read)), "root^3 and rest are what was read");
  const word64 most = three * after.square + three * after.root;
  const word64 left = number(8) * slack + (number(7) - bits);
  prove(implies(one_more, same(most, after.rest + left)), "(root + 1)^3 is more than what was read, with one more");
  prove(implies(!one_more, !below(most, after.rest)), "(root + 1)^3 is more than what was read");
  prove(after.rest.exact() && after.square.exact() && after.root.exact() && most.exact() && left.exact(),
        "nothing overflows or goes below zero");
}

partial_root<word64> production_step(const partial_root<word64>& s, word64 bits) {
  return congestion::next_root(s, bits);
}

// Leaves the root where one more would fit exactly.
partial_root<word64> timid_step(const partial_root<word64>& s, word64 bits) {
  const word64 root = s.root << number(1);
  const word64 square = s.square << number(2);
  const word64 rest = (s.rest << number(3)) + bits;
  const word64 step = number(3) * square + number(3) * root + number(1);
  if (rest <= step) return {root, square, rest};
  return {root + number(1), square + root + root + number(1), rest - step};
}

// Every intermediate result of C t^3 fits 64 bits, for times below 2^31 us.
void growth() {
  const word64 time = word64::input("time", 31);
  const word64 mss = word64::input("mss", 16);
  prove(congestion::cubic_growth(time, mss).exact(), "no intermediate result overflows");
}

// The same with the time taken in a finer unit before it is rounded.
void finer_growth() {
  const word64 time = word64::input("time", 31);
  prove((time * number(281'474'977) * number(65'536)).exact(), "no intermediate result overflows");
}

using adding = word32 (*)(word32, word32);

// Windows are at most 2^30, and so is every sum of one and an increment.
void windows_grow(adding grow) {
  const word32 window = word32::input("window");
  const word32 octets = word32::input("octets");
  const word32 largest(congestion::largest_window);
  assume(!below(largest, window));
  assume(!below(largest, octets));
  const word32 after = grow(window, octets);
  const position sum = position::unsigned_of(window) + position::unsigned_of(octets);
  prove(!below(after, window), "a window that grows is not smaller");
  prove(!below(largest, after), "it never passes 2^30");
  prove(position::unsigned_of(after) <= sum, "it grows by no more than it is told");
  prove(same(after, largest) || position::unsigned_of(after) == sum, "and by no less, up to there");
}

word32 production_sum(word32 window, word32 octets) { return congestion::grown(window, octets); }
word32 plain_sum(word32 window, word32 octets) { return window + octets; }

// ssthresh after a loss (RFC 5681 equation 4).
void windows_halve(adding halve) {
  const word32 flight = word32::input("flight");
  const word32 mss = word32::input("mss", 16);
  const word32 after = halve(flight, mss);
  const position twice = position::unsigned_of(after) + position::unsigned_of(after);
  const position two_segments = position::unsigned_of(mss) + position::unsigned_of(mss);
  prove(position::unsigned_of(after) >= two_segments, "never below two segments");
  prove(position::unsigned_of(after) == two_segments || twice <= position::unsigned_of(flight),
        "otherwise never more than half of the flight");
  prove(!below(word32(congestion::largest_window), after), "never above 2^30");
}

word32 production_half(word32 flight, word32 mss) { return congestion::halved(flight, mss); }
word32 bare_half(word32 flight, word32) { return flight >> word32(1); }

const enrol cube_root({
    .id = "proof.congestion.cube_root",
    .says = "each step of the integer cube root keeps root^3 + rest equal to what was read and (root + 1)^3 above it",
    .cite = "rfc9438#4.2",
    .bounds =
        "all roots below 2^21, all rests, all bits read; the binomial formula for (2 root + 1)^3 is taken as given",
    .body = [] { root_step(production_step); },
    .controls = {{"a root that fits exactly is refused", [] { root_step(timid_step); }}},
});

const enrol cube({
    .id = "proof.congestion.growth",
    .says =
        "no intermediate result of C t^3 leaves 64 bits; so, its steps being sums, products and shifts to the right, "
        "it never falls with time",
    .cite = "rfc9438#4.2",
    .bounds = "all times below 2^31 microseconds, all segment sizes below 2^16",
    .body = growth,
    .controls = {{"time in a unit of 2^-32 s", finer_growth}},
});

const enrol sums({
    .id = "proof.congestion.growing",
    .says = "a window that grows never passes 2^30, is never smaller, and grows by what it is told up to there",
    .cite = "rfc5681#3.1",
    .bounds = "all windows and increments up to 2^30",
    .body = [] { windows_grow(production_sum); },
    .controls = {{"the sum is not bounded", [] { windows_grow(plain_sum); }}},
});

const enrol halves({
    .id = "proof.congestion.halving",
    .says = "ssthresh after a loss is at most half of the flight, but never below two segments nor above 2^30",
    .cite = "rfc5681#3.1/equation-4",
    .bounds = "all flights, all segment sizes below 2^16",
    .body = [] { windows_halve(production_half); },
    .controls = {{"without the lower bound", [] { windows_halve(bare_half); }}},
});

}  // namespace
}  // namespace sequent::proof
