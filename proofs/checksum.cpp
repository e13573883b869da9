// Folding a 32-bit sum is one's complement addition of 16-bit words.
#include "sequent/base/checksum.hpp"
#include "proofs/engine/symbolic.hpp"

namespace sequent::proof {
namespace {

using fold = word32 (*)(word32);

// RFC 1071 section 1: addition of 16-bit words with the carry added back in at the right.
z3::expr ones_complement_sum(const z3::expr& a, const z3::expr& b) {
  const z3::expr wide = z3::zext(a, 1) + z3::zext(b, 1);
  return wide.extract(15, 0) + z3::zext(wide.extract(16, 16), 15);
}

z3::expr low16(const word32& word) { return word.expression().extract(15, 0); }
z3::expr high16(const word32& word) { return word.expression().extract(31, 16); }

void folds(fold folded) {
  const word32 sum = word32::input("sum");
  const word32 result = folded(sum);
  prove(!below(word32(0xffff), result), "the result has 16 bits");
  prove(truth(low16(result) == ones_complement_sum(high16(sum), low16(sum))), "it is the sum of the halves");
  prove(same(result, word32(0)) == same(sum, word32(0)), "it is zero only for zero");
  // The quotient is the high half and the carry, and 65535 times it is a shift and a subtraction: no division is
  // needed.
  const z3::expr carry = (z3::zext(high16(sum), 1) + z3::zext(low16(sum), 1)).extract(16, 16);
  const z3::expr quotient = z3::zext(high16(sum), 32) + z3::zext(carry, 47);
  const z3::expr multiple = z3::shl(quotient, 16) - quotient;
  const z3::expr difference = z3::zext(sum.expression(), 16) - z3::zext(result.expression(), 16);
  prove(truth(difference == multiple), "it is congruent modulo 65535");
}

// One word more: by induction, adding words in 32 bits and folding at the end is adding them in 16 bits one by one.
void adds_words(fold folded) {
  const word32 sum = word32::input("sum");
  const word32 octets = word32::input("word", 16);
  assume(!below(word32(0xffff'0000u), sum));
  const word32 once = folded(sum + octets);
  prove(truth(low16(once) == ones_complement_sum(low16(folded(sum)), low16(octets))), "folding goes word by word");
}

word32 one_step(word32 sum) { return (sum & word32(0xffff)) + (sum >> word32(16)); }
word32 no_second_carry(word32 sum) { return one_step(sum) & word32(0xffff); }

const enrol folding({
    .id = "proof.checksum.fold",
    .says = "folding is the one's complement sum of the two halves, congruent modulo 65535, zero only for zero",
    .cite = "rfc1071#1",
    .bounds = "all 32-bit sums",
    .body = [] { folds(fold_checksum<word32>); },
    .controls = {{"folded once", [] { folds(one_step); }},
                 {"the second carry is lost", [] { folds(no_second_carry); }}},
});

const enrol induction({
    .id = "proof.checksum.words",
    .says = "adding one more 16-bit word before folding is adding it in one's complement after folding",
    .cite = "rfc1071#1",
    .bounds = "all 16-bit words, all sums to which one can be added without overflow",
    .body = [] { adds_words(fold_checksum<word32>); },
    .controls = {{"the second carry is lost", [] { adds_words(no_second_carry); }}},
});

}  // namespace
}  // namespace sequent::proof
