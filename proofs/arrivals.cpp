// SEGMENT ARRIVES, state by state: the production walk against the specification, for all values.
#include "proofs/arrival.hpp"

namespace sequent::proof {
namespace {

const enrol established({
    .id = "proof.arrival.established",
    .says = "what the core does with any segment in ESTABLISHED the specification permits",
    .cite = "rfc9293#3.10.7.4",
    .bounds = arrival_bounds,
    .body = [] { refines(arrange(connection_state::established), production); },
    .controls = {},
    .seconds = 400,
});

}  // namespace
}  // namespace sequent::proof
