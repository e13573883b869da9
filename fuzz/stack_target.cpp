// A stack under arbitrary packets, calls and time: it stays in one piece, and in the end it holds nothing.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "fuzz/failure.hpp"
#include "fuzz/stack_drive.hpp"
#include "model/world/choice.hpp"

namespace {

using namespace sequent;

#if defined(SEQUENT_MUTANT_STACK)
/// Broken on purpose: the checksum of a segment is not verified, here by correcting it on the way.
struct delivering {
  template <class Stack>
  static delivery to(Stack& tcp, test::octet_string packet, instant now) {
    const auto datagram = parse_ip(packet);
    if (datagram && datagram->protocol == ip_protocol::tcp && datagram->payload.size() >= header_length) {
      const auto addresses = pseudo_header_of(datagram->source, datagram->destination);
      std::uint8_t* const at = packet.data() + (datagram->payload.data() - packet.data());
      store16(at + 16, 0);
      const std::size_t length = datagram->payload.size();
      store16(at + 16, checksum_field(sum_octets(std::span(at, length)) + addresses.sum(length)));
    }
    return tcp.on_packet(packet, now);
  }
};
#else
struct delivering {
  template <class Stack>
  static delivery to(Stack& tcp, const test::octet_string& packet, instant now) {
    return tcp.on_packet(packet, now);
  }
};
#endif

}  // namespace

// covers: demultiplexing listeners limits
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  model::octet_choice choose({data, size});
  fuzz::stack_drive<delivering, model::octet_choice> drive(choose);
  for (std::size_t count = 0; !choose.exhausted() && count < 1'000; ++count) {
    if (const std::string wrong = drive.step(); !wrong.empty()) {
      fuzz::require_nothing_wrong("stack", "move " + std::to_string(count) + ": " + wrong);
    }
  }
  fuzz::require_nothing_wrong("stack", drive.finish());
  return 0;
}
