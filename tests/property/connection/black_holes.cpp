// A connection on a path that begins to swallow large segments, and a peer that acknowledges what gets through.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "model/spec/oracles/black_hole.hpp"
#include "model/spec/oracles/resends.hpp"
#include "tests/property/claim.hpp"
#include "tests/support/icmp_reports.hpp"

namespace sequent::property {
namespace black_holes_properties {

using spec::position;

/// What is wrong with the sender, on purpose.
enum class hole_fault {
  none,
  never_begins,        ///< no number of timeouts begins the search
  begins_early,        ///< a timeout before the full stop begins it
  hears_nothing,       ///< what ICMP explains is taken for a black hole
  believes_strangers,  ///< an ICMP error about what is not outstanding explains it
  wide_window          ///< the window stays as it is where segments become smaller
};

class hole {
 public:
  hole(const connection_config& told, std::uint8_t r1, bool stamped, hole_fault fault)
      : host_(told),
        stamped_(stamped),
        fault_(fault),
        judge_({.full = told.send_mss,
                .full_stop = r1,
                .tried = {1'024, 512},
                .least = std::max<position>(told.min_mss, 28)}) {
    test::peer_offer offer{.mss = 9'000};
    if (stamped) offer.ts = 1;
    host_.open(offer);
    una_ = highest_ = host_.nxt();
  }

  std::string apply(const step& s) {
    switch (s[0] % 8) {
      case 0:
      case 1: (void)host_.tcp.write(test::pattern(1 + s[1] % 4'000)); break;
      case 2: room_ = s[1] % 2 == 0 ? 100'000 : 300u + s[1] / 2 % 1'500; break;
      case 3: report(s); break;
      case 4: pass(duration::milliseconds(s[1] % 4'000)); break;
      case 5:
        if (s[1] % 16 == 0) pass(duration::seconds(660));
        break;
      default: time_out(); break;
    }
    carry(host_.out(), false);
    return judge_.violation().empty() ? bursts_.violation() : judge_.violation();
  }

 private:
  // Which of the network's messages, and whether it is about something that is outstanding.
  void report(const step& s) {
    const bool outstanding = s[2] % 4 != 0 && una_ != host_.nxt();
    const u32 seq = outstanding ? una_ + s[3] % (host_.nxt() - una_) : una_ - 1 - s[3] % 500;
    const bool is_explained = fault_ == hole_fault::believes_strangers && !outstanding;
    // "Too big" of more than was ever sent is not believed, and explains nothing.
    if (s[1] % 3 == 0) return (void)host_.tcp.on_icmp(test::too_big(9'000, seq), host_.now);
    const auto code = static_cast<std::uint8_t>(s[2] / 4 % 2);
    const icmp_error told = s[1] % 3 == 1 ? test::soft(is_explained ? una_ : seq, 3, code)
                                          : test::hard(is_explained ? una_ : seq, static_cast<std::uint8_t>(2 + code));
    if (fault_ != hole_fault::hears_nothing) (void)host_.tcp.on_icmp(told, host_.now);
    if (outstanding) judge_.explained();
  }

  void time_out() {
    if (const auto due = host_.tcp.next_deadline()) pass(*due - host_.now);
  }
  void pass(duration span) {
    const instant end = host_.now + span;
    for (auto due = host_.tcp.next_deadline(); due && *due <= end; due = host_.tcp.next_deadline()) {
      move_to(std::max(host_.now, *due));
      meet_deadline();
      carry(host_.out(), true);
    }
    move_to(end);
  }
  // What makes segments smaller makes the window smaller.
  void meet_deadline() {
    const u32 size = host_.tcp.effective_mss();
    const auto& sender = host_.tcp.sending();
    const position window = sender.congestion().window();
    host_.tcp.on_deadline(host_.now);
    if (host_.tcp.effective_mss() >= size || sender.recovery().recovering()) return;
    bursts_.narrowed(size, host_.tcp.effective_mss(), window,
                     fault_ == hole_fault::wide_window ? window : position{sender.congestion().window()});
  }
  void move_to(instant at) {
    judge_.passes(at.microseconds() - host_.now.microseconds());
    host_.now = at;
  }

  // Lets segments through that fit, each of which is acknowledged at once, and what that lets go. What leaves first
  // when a deadline is met, and begins where nothing is acknowledged, is the timer's.
  void carry(const std::vector<test::packet>& batch, bool deadline) {
    std::deque<test::packet> flying(batch.begin(), batch.end());
    for (bool first = deadline; !flying.empty(); first = false) {
      const test::packet p = flying.front();
      flying.pop_front();
      if (p.octets.empty()) continue;
      const position options = stamped_ ? 12 : 0;
      const position size = options + static_cast<position>(p.octets.size());
      if (first && p.seq() == una_ && highest_ != una_) {
        judge_.sent_again(size, options + static_cast<position>(highest_ - una_));
      } else {
        judge_.sent(size);
      }
      const u32 end = p.seq() + static_cast<u32>(p.octets.size());
      if (static_cast<std::int32_t>(end - highest_) > 0) highest_ = end;
      if (size > room_) continue;
      arrives(p.seq(), end);
      const std::vector<test::packet> more = acknowledge(p);
      flying.insert(flying.end(), more.begin(), more.end());
    }
  }

  void arrives(u32 first, u32 end) {
    held_.push_back({first, end});
    for (bool found = true; found;) {
      found = false;
      for (const auto& [from, to] : held_) {
        if (static_cast<std::int32_t>(from - una_) > 0 || static_cast<std::int32_t>(to - una_) <= 0) continue;
        una_ = to;
        found = true;
      }
    }
  }

  std::vector<test::packet> acknowledge(const test::packet& p) {
    test::packet ack = test::at(host_.rcv_nxt()).ack(una_).window(65'535);
    if (stamped_) ack.ts(++clock_, p.header.options.ts ? p.header.options.ts->value.wire() : 0);
    if (una_ != host_.una()) judge_.advanced();
    return host_.in(ack);
  }

  test::endpoint<> host_;
  bool stamped_;
  hole_fault fault_;
  spec::black_hole_oracle judge_;
  spec::resends_oracle bursts_{{}};
  std::vector<std::pair<u32, u32>> held_;  // what has got through
  u32 una_ = 0;                            // the first octet that has not
  u32 highest_ = 0;
  u32 clock_ = 1;
  position room_ = 100'000;  // octets of options and text that get through
};

case_check hole_check(hole_fault fault) {
  return saying([fault](const drawn_case& c) {
    number_choice head(c.head);
    connection_config config = test::plain();
    config.timestamps = head.pick(2) == 1;
    config.user_timeout.reset();
    config.send_mss = static_cast<std::uint16_t>(head.pick(2) == 0 ? 1'460 : 400 + head.pick(4'000));
    if (head.pick(4) == 0) config.min_mss = static_cast<std::uint16_t>(48 + head.pick(1'200));
    const auto r1 = static_cast<std::uint8_t>(2 + head.pick(4));
    config.r1 = fault == hole_fault::never_begins   ? std::uint8_t{255}
                : fault == hole_fault::begins_early ? static_cast<std::uint8_t>(r1 - 1)
                                                    : r1;
    hole run(config, r1, config.timestamps, fault);
    for (std::size_t i = 0; i != c.steps.size(); ++i) {
      if (std::string wrong = run.apply(c.steps[i]); !wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
    }
    return std::string();
  });
}

const registered holes{claim{
    // covers: rfc4821#7.7 rfc5681#3.1 black-holes
    .id = "black-hole-search",
    .says = "A connection whose retransmissions vanish sends smaller ones from the full stop on, at R1 timeouts in a "
            "row: 1024 octets of options and text, then 512; not before, not where ICMP has told of another reason "
            "since something got through, and nothing larger within five minutes of it; and its congestion window "
            "shrinks as "
            "they do",
    .bounds = "segments of 400 to 4400 octets with and without timestamps, without SACK; a path that takes 300 to 1800 "
              "octets or all, and changes; R1 of 2 to 5; ICMP errors about what is outstanding and what is not, "
              "\"too big\" only of sizes above; at most 60 events",
    .head = 8,
    .steps = 60,
    .cases = 5'000,
    .run = hole_check(hole_fault::none),
    .controls = {{"the search never begins", hole_check(hole_fault::never_begins)},
                 {"the search begins a timeout early", hole_check(hole_fault::begins_early)},
                 {"what ICMP explains is taken for a black hole", hole_check(hole_fault::hears_nothing)},
                 {"a report about nothing that is outstanding explains it", hole_check(hole_fault::believes_strangers)},
                 {"the window stays as it was", hole_check(hole_fault::wide_window)}},
}};

}  // namespace black_holes_properties
}  // namespace sequent::property
