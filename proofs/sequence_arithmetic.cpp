// Distances, order and intervals on the circle of sequence numbers mean what they mean on the line of integers.
#include "proofs/engine/symbolic.hpp"
#include "sequent/base/seq.hpp"

namespace sequent::proof {
namespace {

using number = sequence_number<word32>;

// The order of two points is that of the integers they stand for, when those are less than half a circle apart.
template <class Before>
void order_of_integers(Before is_before) {
  const stream line = stream::flowing(axis::send);
  const word32 first = word32::input("first");
  const word32 second = word32::input("second");
  const number a(line.wire(first));
  const number b(line.wire(second));
  const position gap = line.at(second) - line.at(first);
  assume(gap < position(std::int64_t{1} << 31) && gap > position(-(std::int64_t{1} << 31)));
  prove(truth(is_before(a, b)) == (gap > position(0)), "before is the integers' <");
  prove(truth(at_or_before(a, b)) == (gap >= position(0)), "at_or_before is the integers' =<");
}

void strict_order() {
  const number a(word32::input("a"));
  const number b(word32::input("b"));
  prove(!truth(before(a, a)), "before is irreflexive");
  prove(truth(at_or_before(a, a)), "at_or_before is reflexive");
  if (before(a, b)) prove(!truth(before(b, a)), "before is antisymmetric");
  prove(truth(before(a, b)) == truth(at_or_before(a, b) && !(a == b)), "before is at_or_before and different");
}

void half_circle_is_unordered() {
  const number a(word32::input("a"));
  const number b = a + word32(half_circle);
  prove(!truth(before(a, b)) && !truth(before(b, a)), "half a circle apart neither is before the other");
}

// Transitive as long as the whole way is shorter than half the circle.
void transitive(std::uint32_t longest) {
  const number a(word32::input("a"));
  const word32 step = word32::input("step");
  const word32 further = word32::input("further");
  assume(below(step, word32(longest)) && below(further, word32(longest)));
  const number b = a + step;
  const number c = b + further;
  if (before(a, b) && before(b, c)) prove(truth(before(a, c)), "before is transitive");
}

void interval_of_integers(bool closed) {
  const stream line = stream::flowing(axis::receive);
  const word32 point = word32::input("point");
  const word32 length = word32::input("length");
  assume(!below(word32(half_circle), length));
  const position first = line.at(word32{});
  const position last = first + position::unsigned_of(length);
  const position x = line.at(point);
  const truth inside = first <= x && (closed ? x <= last : x < last);
  // Half a circle away is as near one way as the other: a window of exactly that length reaches the point ahead only.
  assume(!same(point, word32(half_circle)));
  prove(truth(in_window(number(line.wire(point)), number(line.wire(word32{})), length)) == inside,
        "in_window is the integers' interval");
}

// Both bounds on one line, any distance at all: the numbers between are those the integers have between.
void between_bounds(bool drop_equality) {
  const stream line = stream::flowing(axis::send);
  const word32 span = word32::input("span");
  const word32 ahead = word32::input("ahead");
  const number low(line.wire(word32{}));
  const number high(line.wire(span));
  const number x(line.wire(ahead));
  const position distance = position::unsigned_of(ahead);
  const position reach = position::unsigned_of(span);
  const truth after = distance > position(0) && (drop_equality ? distance < reach : distance <= reach);
  prove(truth(after_until(low, x, high)) == after, "after_until is the integers' half-open interval");
  prove(truth(from_until(low, x, high)) == (distance <= reach), "from_until is the integers' closed interval");
}

// What the proofs put in the place of the core's greater() is the same.
void greater_of_two(bool smaller) {
  const word32 a = word32::input("a");
  const word32 b = word32::input("b");
  const word32 most = greater(a, b);
  prove(same(most, smaller ? sequent::lesser<word32>(a, b) : sequent::greater<word32>(a, b)),
        "greater without forking");
  const word32 least = sequent::lesser<word32>(a, b);
  prove(!below(a, least) && !below(b, least) && (same(least, a) || same(least, b)), "the smaller of the two");
}

void moving(std::uint32_t error) {
  const number a(word32::input("a"));
  const word32 octets = word32::input("octets");
  prove(same(((a + octets) - a), octets + word32(error)), "forward and measured");
  prove(same(((a + octets) - octets).wire(), a.wire()), "forward and back");
  prove(same((a - (a - octets)), octets), "back and measured");
}

const enrol order({
    .id = "proof.seq.order",
    .says = "before and at_or_before order two numbers as the integers that they stand for",
    .cite = "rfc9293#3.4",
    .bounds = "all pairs of positions less than 2^31 apart, all bases",
    .body = [] { order_of_integers([](number a, number b) { return before(a, b); }); },
    .controls = {{"unsigned < on the numbers",
                  [] { order_of_integers([](number a, number b) { return a.wire() < b.wire(); }); }},
                 {"the arguments the other way round",
                  [] { order_of_integers([](number a, number b) { return before(b, a); }); }}},
});

const enrol strict({
    .id = "proof.seq.strict",
    .says = "before is irreflexive, antisymmetric and transitive below half the circle, and undecided at half (A1)",
    .cite = "rfc9293#3.4",
    .bounds = "all numbers; transitivity for two steps of less than 2^30 each",
    .body =
        [] {
          const word32 part = word32::input("part", 2);
          if (part == word32(0)) return strict_order();
          if (part == word32(1)) return half_circle_is_unordered();
          transitive(0x4000'0000u);
        },
    .controls = {{"transitive with steps of up to half the circle", [] { transitive(half_circle); }}},
});

const enrol interval({
    .id = "proof.seq.window",
    .says = "in_window is membership in a half-open interval of positions",
    .cite = "rfc9293#3.4",
    .bounds = "all points and all lengths up to 2^31; the point exactly half a circle away is excluded",
    .body = [] { interval_of_integers(false); },
    .controls = {{"the right edge counted in", [] { interval_of_integers(true); }}},
});

const enrol between({
    .id = "proof.seq.between",
    .says = "after_until and from_until are exact for every distance between their bounds",
    .cite = "rfc9293#3.4",
    .bounds = "all numbers",
    .body = [] { between_bounds(false); },
    .controls = {{"the upper bound left out", [] { between_bounds(true); }}},
});

const enrol extremes({
    .id = "proof.word.extremes",
    .says =
        "lesser and greater are the smaller and the greater of two words, and greater is what the proofs take it for",
    .cite = "rfc9293#3.4",
    .bounds = "all words",
    .body = [] { greater_of_two(false); },
    .controls = {{"the smaller for the greater", [] { greater_of_two(true); }}},
});

const enrol inverse({
    .id = "proof.seq.inverse",
    .says = "adding and measuring a distance are inverse",
    .cite = "rfc9293#3.4",
    .bounds = "all numbers and all distances",
    .body = [] { moving(0); },
    .controls = {{"off by one", [] { moving(1); }}},
});

}  // namespace
}  // namespace sequent::proof
