// Three things that hold of every answer on every run over the lossy network: what is reported of text out of order,
// which options segments carry, and when an acknowledgment is sent.
#include <optional>
#include <utility>

#include "tests/property/connection/meddling.hpp"
#include "tests/property/connection/watched_answers.hpp"

namespace sequent::property {
namespace watched_answers_properties {

bool turns_blocks(segment<u32>& seg) {
  if (seg.options.sack.count < 2) return false;
  std::swap(seg.options.sack.block[0], seg.options.sack.block[seg.options.sack.count - 1u]);
  return true;
}
bool shortens_block(segment<u32>& seg) {
  if (seg.options.sack.count == 0 || seg.options.sack.block[0].right - seg.options.sack.block[0].left < 2) return false;
  seg.options.sack.block[0].right = seg.options.sack.block[0].right - 1u;
  return true;
}

bool hides_repetition(segment<u32>& seg) {
  auto& sack = seg.options.sack;
  if (sack.count < 2 || !at_or_before(sack.block[0].right, seg.ack)) return false;
  sack.block[0] = sack.block[1];
  return true;
}

const registered reports{claim{
    // covers: rfc2018#3 rfc2018#4 rfc2883#4
    .id = "stream-sack-reports",
    .says = "On every run each acknowledgment that is sent while text is held out of order reports it as RFC 2018 and "
            "2883 have it: whole blocks that are held, that of the latest arrival first, as many as there is room for; "
            "what came again in front of them, once",
    .bounds = stream_bounds,
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<reports_watched<roomy_end>>(ordinary_size),
    .controls = {{"the first block and the last change places",
                  stream_check<reports_watched<meddling<roomy_end, 1, turns_blocks>>>(ordinary_size)},
                 {"the first block is told an octet short",
                  stream_check<reports_watched<meddling<roomy_end, 1, shortens_block>>>(ordinary_size)},
                 {"what came again is not reported",
                  stream_check<reports_watched<meddling<roomy_end, 1, hides_repetition>>>(ordinary_size)}},
}};

bool echoes_nothing(segment<u32>& seg) {
  if (!seg.options.ts || !seg.control.ack()) return false;
  seg.options.ts->echo = sequence_number<u32>(0);
  return true;
}
bool echoes_ahead(segment<u32>& seg) {
  if (!seg.options.ts || !seg.control.ack()) return false;
  seg.options.ts->echo = seg.options.ts->echo + 1u;
  return true;
}
bool turns_clock_back(segment<u32>& seg) {
  if (!seg.options.ts || seg.control.syn()) return false;
  seg.options.ts->value = seg.options.ts->value - 1u;
  return true;
}

const registered options{claim{
    // covers: timestamps rfc7323#2.2 rfc7323#3.2 rfc7323#4.3 rfc7323#5.4 rfc2018#2 MUST-65
    .id = "stream-options",
    .says = "On every run timestamps stand where both ends agreed on them and nowhere else, their clock goes with time "
            "and never back, and what they echo is TS.Recent (RFC 7323 section 4.3); what negotiates stands on SYNs "
            "alone, and agrees only to what was offered",
    .bounds = stream_bounds,
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<options_watched<roomy_end>>(ordinary_size),
    .controls = {{"every fourth echo is zero",
                  stream_check<options_watched<meddling<roomy_end, 4, echoes_nothing>>>(ordinary_size)},
                 {"every fourth echo is a tick ahead",
                  stream_check<options_watched<meddling<roomy_end, 4, echoes_ahead>>>(ordinary_size)},
                 {"every fifth timestamp is a tick behind",
                  stream_check<options_watched<meddling<roomy_end, 5, turns_clock_back>>>(ordinary_size)}},
}};

/// Sends each eighth bare acknowledgment twice.
struct stammering : roomy_end {
  using roomy_end::roomy_end;
  std::optional<packet> poll() {
    if (again_) return std::exchange(again_, std::nullopt);
    auto sent = roomy_end::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    const bool bare = parsed && parsed->header.text_length == 0 && parsed->header.control.ack() &&
                      !parsed->header.control.syn() && !parsed->header.control.fin() && !parsed->header.control.rst();
    if (bare && ++count_ % 8 == 0) again_ = sent;
    return sent;
  }
  std::optional<packet> again_{};
  int count_ = 0;
};

/// Swallows each third bare acknowledgment.
struct forgetful : roomy_end {
  using roomy_end::roomy_end;
  std::optional<packet> poll() {
    auto sent = roomy_end::poll();
    const auto parsed = sent ? parse_segment(sent->octets(), pseudo_header{}) : error::truncated_header;
    const bool bare = parsed && parsed->header.text_length == 0 && parsed->header.control.ack() &&
                      !parsed->header.control.syn() && !parsed->header.control.fin() && !parsed->header.control.rst();
    return bare && ++count_ % 3 == 0 ? std::nullopt : sent;
  }
  int count_ = 0;
};

const registered acknowledgments{claim{
    // covers: delayed-ack rfc9293#3.8.6.3 rfc5681#4.2 SHLD-18 SHLD-19 MUST-58
    .id = "stream-acknowledgments",
    .says = "On every run no segment is acknowledged more than once but to open the window, two full segments never "
            "wait for their acknowledgment, text beyond a gap or in one is acknowledged at once (RFC 5681 section "
            "4.2), and one segment in order is not, however quickly it is read (SHLD-18)",
    .bounds = stream_bounds,
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<acknowledgments_watched<roomy_end>>(ordinary_size),
    .controls = {{"each eighth acknowledgment is sent twice",
                  stream_check<acknowledgments_watched<stammering>>(ordinary_size)},
                 {"each third acknowledgment is forgotten",
                  stream_check<acknowledgments_watched<forgetful>>(ordinary_size)}},
}};

}  // namespace watched_answers_properties
}  // namespace sequent::property
