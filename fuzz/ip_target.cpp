// Reading packets as they come from a network: IPv4, IPv6 with its extension headers, and the ICMP errors in either,
// are read as a second, plain reader reads them, and what is accepted survives being written and read again.
//
// The first octet says what follows: even, the packet as it is; odd, with the checksums of an IPv4 header and of an
// ICMP message corrected, so that what they guard is reached.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/failure.hpp"
#include "tests/property/wire/ip_subject.hpp"

namespace {

#if defined(SEQUENT_MUTANT_IP)
/// Broken on purpose: a route of type 0 is passed over although it is not finished.
struct codec : sequent::property::ip_codec {
  static sequent::result<sequent::ip_datagram> parse(std::span<const std::uint8_t> packet) {
    const auto parsed = ip_codec::parse(packet);
    if (parsed || packet.size() < 48 || packet[0] / 16 != 6 || packet[6] != 43) return parsed;
    std::vector<std::uint8_t> finished(packet.begin(), packet.end());
    if (finished[42] == 0) finished[43] = 0;
    return ip_codec::parse(finished) ? sequent::result<sequent::ip_datagram>(sequent::ip_datagram{}) : parsed;
  }
};
#else
using codec = sequent::property::ip_codec;
#endif

}  // namespace

// covers: rfc791 rfc8200#4 rfc6946#4 rfc9293#3.9.2.2 rfc9293#3.9.2.3 rfc792 rfc4443
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::uint8_t> packet(data + 1, data + size);
  if (data[0] % 2 == 1) sequent::property::mend_packet(packet);
  sequent::fuzz::require_nothing_wrong("ip", sequent::property::check_packet<codec>(packet));
  return 0;
}
