// Reading segments: any octets are read as a second, plain reader reads them, and what is accepted survives being
// written and read again.
//
// The first octet says what follows: even, the octets as they are; odd, with the checksum corrected, so that the
// options are reached.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/failure.hpp"
#include "tests/property/wire/segment_subject.hpp"

namespace {

#if defined(SEQUENT_MUTANT_SEGMENT)
/// Broken on purpose: a window scale option above fourteen ends the reading.
struct codec : sequent::property::production_codec {
  static sequent::result<sequent::parsed_segment> parse(std::span<const std::uint8_t> octets) {
    auto parsed = production_codec::parse(octets);
    if (!parsed || !parsed->header.options.window_scale || *parsed->header.options.window_scale <= 14) return parsed;
    return sequent::error::bad_option_length;
  }
};
#else
using codec = sequent::property::production_codec;
#endif

}  // namespace

// covers: rfc9293#3.1 rfc9293#3.2 rfc1071#1
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::uint8_t> octets(data + 1, data + size);
  if (data[0] % 2 == 1 && octets.size() >= sequent::header_length) sequent::property::mend_checksum(octets);
  sequent::fuzz::require_nothing_wrong("segment", sequent::property::check_octets<codec>(octets));
  return 0;
}
