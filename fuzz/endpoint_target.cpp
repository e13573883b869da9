// One connection against arbitrary segments, calls and time, in lockstep with the specification.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include "fuzz/endpoint_drive.hpp"
#include "fuzz/failure.hpp"
#include "model/world/choice.hpp"

namespace {

using namespace sequent;

#if defined(SEQUENT_MUTANT_ENDPOINT)
/// Broken on purpose, behind the specification's back: a RST anywhere in the window resets (RFC 5961 section 3 forbids
/// it).
class subject : public fuzz::checked_end {
 public:
  using fuzz::checked_end::lockstep;
  void arrives(std::span<const std::uint8_t> octets) {
    const auto parsed = parse_segment(octets, pseudo_header{});
    const auto& rcv = tcp().tcb().rcv;
    if (parsed && parsed->header.control.rst() && in_window(parsed->header.seq, rcv.nxt, rcv.wnd)) {
      segment<u32> moved = parsed->header;
      moved.seq = rcv.nxt;
      (void)const_cast<connection_type&>(tcp()).on_segment(moved, parsed->text, instant{});
    }
    lockstep::arrives(octets);
  }
};
#else
using subject = fuzz::checked_end;
#endif

// Drives one run; tells its story if there is a place for it. Returns what is wrong.
std::string run(std::span<const std::uint8_t> octets, std::string* story) {
  model::octet_choice choose(octets);
  fuzz::endpoint_drive<subject, model::octet_choice> drive(choose);
  drive.tell(story);
  for (std::size_t count = 0; !choose.exhausted() && count < 2'000; ++count) {
    if (std::string wrong = drive.step(); !wrong.empty()) return "move " + std::to_string(count) + ": " + wrong;
  }
  return {};
}

}  // namespace

// covers: rfc9293#3.10.1 rfc9293#3.10.2 rfc9293#3.10.3 rfc9293#3.10.4 rfc9293#3.10.5 rfc9293#3.10.7
// covers: rfc9293#3.8.5 rfc9293#3.8.6 rfc5961#3 rfc5961#4 rfc5961#5 rfc7323#5.3 odd-peers
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string wrong = run({data, size}, nullptr);
  if (wrong.empty()) return 0;
  std::string story;
  static_cast<void>(run({data, size}, &story));
  std::fputs(story.c_str(), stderr);
  fuzz::require_nothing_wrong("endpoint", wrong);
  return 0;
}
