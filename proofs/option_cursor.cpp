// One step of the option cursor: by induction, no option list of any length or content makes it stand still or leave.
#include <vector>

#include "proofs/engine/symbolic.hpp"
#include "sequent/wire/options.hpp"

namespace sequent::proof {
namespace {

// The claims about the octets that were asked for are made after the step, which is noexcept.
template <class Step>
void one_step(Step step) {
  const word32 at = word32::input("at");
  const word32 end = word32::input("end");
  std::vector<word32> read;
  const auto octet = [&read](const word32& offset) {
    read.push_back(offset);
    return word32::input("octet." + std::to_string(read.size()), 8);
  };
  const option_cursor_step<word32> met = step(at, end, octet);
  for (const word32& offset : read) {
    prove(below(offset, end), "no octet at or past the end is read");
    prove(!below(offset, at), "no octet before the cursor is read");
  }
  prove(implies(read.empty(), truth(met.met == option_step::finished)), "only the end is known without reading");
  if (met.met == option_step::padding || met.met == option_step::option) {
    prove(below(at, met.next), "the cursor advances");
    prove(!below(end, met.next), "the cursor stays inside");
    prove(same(met.next - at, met.length), "by the length of the option");
  } else {
    prove(same(met.next, at), "otherwise it stands still");
  }
  if (met.met == option_step::option) {
    prove(!below(met.length, word32(2)), "an option has kind and length");
    prove(!below(met.kind, word32(2)), "and is neither end nor padding");
  }
}

template <class Octet>
option_cursor_step<word32> trusting(word32 at, word32 end, Octet octet) {
  option_cursor_step<word32> met = step_option(at, end, octet);
  if (met.met == option_step::malformed && !(met.length == word32(0))) {
    met.met = option_step::option;
    met.next = at + met.length;
  }
  return met;
}

template <class Octet>
option_cursor_step<word32> reading_ahead(word32 at, word32 end, Octet octet) {
  if (at < end) (void)octet(at + word32(1));
  return step_option(at, end, octet);
}

const enrol cursor({
    .id = "proof.options.cursor",
    .says = "a step of the option cursor advances strictly, stays inside the header, and reads only octets inside it",
    .cite = "rfc9293#3.2",
    .bounds = "all offsets, all ends, all octets; one step, hence by induction any number",
    .body = [] { one_step([](auto at, auto end, auto octet) { return step_option(at, end, octet); }); },
    .controls = {{"a length past the end is believed",
                  [] { one_step([](auto at, auto end, auto octet) { return trusting(at, end, octet); }); }},
                 {"the length is read before it is known to be there",
                  [] { one_step([](auto at, auto end, auto octet) { return reading_ahead(at, end, octet); }); }}},
});

}  // namespace
}  // namespace sequent::proof
