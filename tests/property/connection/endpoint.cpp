// One connection in lockstep with the specification, and everybody around it careless: a peer that sends anything, a
// user who calls anything at any time, in place and out of it, and one octet more than he was lent.
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/endpoint_drive.hpp"
#include "model/world/choice.hpp"
#include "tests/property/claim.hpp"

namespace sequent::property {
namespace endpoint_properties {

// Leaves without a word about what was not read.
class silent_end : public fuzz::checked_end {
 public:
  using fuzz::checked_end::lockstep;
  void close() {
    std::vector<std::uint8_t> room(readable());
    (void)const_cast<connection_type&>(tcp()).read(room);
    lockstep::close();
  }
};

// Gives up a connection whose reader is still there.
class impatient_end : public fuzz::checked_end {
 public:
  using fuzz::checked_end::lockstep;
  void advance(std::int64_t microseconds) {
    if (tcp().state() == connection_state::fin_wait_2 && !connection_internals::abandoned(tcp())) {
      (void)const_cast<connection_type&>(tcp()).abort();
    }
    lockstep::advance(microseconds);
  }
};

template <class End>
std::string endpoint_case(const drawn_case& c) {
  std::vector<std::uint8_t> octets;
  for (const step& s : c.steps) {
    for (const std::uint16_t word : s) {
      octets.push_back(static_cast<std::uint8_t>(word >> 8));
      octets.push_back(static_cast<std::uint8_t>(word));
    }
  }
  model::octet_choice choose(octets);
  fuzz::endpoint_drive<End, model::octet_choice> drive(choose);
  if (choose.pick(4) != 0) {
    if (std::string wrong = drive.open(); !wrong.empty()) return "handshake: " + wrong;
  }
  for (int count = 0; !choose.exhausted(); ++count) {
    if (std::string wrong = drive.step(); !wrong.empty()) return "move " + std::to_string(count) + ": " + wrong;
  }
  return {};
}

const registered endpoint{claim{
    // covers: rfc9293#3.6.1 rfc9293#3.10.3 rfc9293#3.10.4
    .id = "endpoint-calls",
    .says =
        "Whatever its peer sends and its user calls, a connection takes a step that the specification permits: close() "
        "costs a RST where octets are lost, the end of a stream is read as such, and lengths that were not lent are "
        "refused",
    .bounds = "buffers of 1 to 96 octets, any options; three runs of four begin with a handshake; moves by up to 2 400 "
              "drawn octets: OPEN, SEND, RECEIVE, in place too, "
              "CLOSE of one direction or both, ABORT, time, segments near the window or anywhere, text that comes "
              "next, more than there is room for "
              "too, some of all with a checksum that does not hold, raw octets",
    .head = 0,
    .steps = 300,
    .cases = 4000,
    .run = saying(endpoint_case<fuzz::checked_end>),
    .controls = {{"what is unread is dropped in silence", saying(endpoint_case<silent_end>)},
                 {"a FIN-WAIT-2 that has a reader is given up", saying(endpoint_case<impatient_end>)}},
}};

}  // namespace endpoint_properties
}  // namespace sequent::property
