// Loss recovery beside its oracles: the scoreboard, RACK, and how fast a recovery may send.
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/drive.hpp"
#include "tests/property/recovery/rack_subject.hpp"
#include "tests/property/recovery/recovery_subject.hpp"
#include "tests/property/recovery/scoreboard_subject.hpp"

namespace sequent::property {
namespace recoveries_properties {

template <class Board>
case_check board_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    const std::size_t way = head.pick(4);
    const u32 any = head.word();
    const u32 origin = way == 1 ? 0u - any % 512 : way == 2 ? 0x8000'0000u - any % 512 : way == 0 ? 0 : any;
    return drive(scoreboard_subject<Board>(origin), c.steps);
  });
}

const registered board{claim{
    // covers: rfc6675#3 rfc6675#4 rfc2018#8
    .id = "scoreboard",
    .says = "The scoreboard delivers each octet once, believes exactly the reports that there were, and counts what is "
            "reported, lost and in flight as one mark an octet does (RFC 6675 sections 3 and 4)",
    .bounds = "at most 1000 octets outstanding, 200 steps of sending, acknowledging, reporting, losing, forgetting in "
              "any order; a board that is never full",
    .head = 3,
    .steps = 200,
    .cases = 5'000,
    .run = board_check<scoreboard<512>>(),
    .controls = {{"acknowledged reports still count", board_check<forgetful_board<512>>()},
                 {"a block is taken for an octet longer", board_check<generous_board<512>>()},
                 {"an octet that was sent again is still lost", board_check<anxious_board<512>>()}},
}};

const registered small_board{claim{
    // covers: rfc6675#3 rfc6675#4
    .id = "scoreboard-full",
    .says = "A scoreboard that has run out of runs believes no report that there was not, covers what is outstanding "
            "and counts right",
    .bounds = "six runs; otherwise as the property scoreboard",
    .head = 3,
    .steps = 200,
    .cases = 5'000,
    .run = board_check<scoreboard<6>>(),
    .controls = {{"acknowledged reports still count", board_check<forgetful_board<6>>()},
                 {"a block is taken for an octet longer", board_check<generous_board<6>>()}},
}};

template <class Rack>
case_check rack_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    const u32 origin = head.pick(2) == 0 ? 0u - static_cast<u32>(head.pick(4'096)) : head.word();
    const u32 clock = head.pick(2) == 0 ? 0u - static_cast<u32>(head.pick(0x10000)) : head.word();
    const u32 smoothed =
        head.pick(4) == 0 ? static_cast<u32>(head.pick(300)) : 300 + 4 * static_cast<u32>(head.pick(0x10000));
    return drive(rack_subject<Rack>(origin, clock, smoothed), c.steps);
  });
}

const registered recent{claim{
    // covers: rfc8985#6.2 rfc8985#6.3
    .id = "rack",
    .says =
        "RACK marks as lost what RFC 8985 lets a sender mark, and no less than what it makes one mark, and arms its "
        "timer for what it waits for",
    .bounds =
        "at most 60 whole segments outstanding, each sent at a moment of its own, 200 steps of sending, repeating, "
        "acknowledging with up to three blocks and D-SACKs, time, timers and timeouts; a first round trip measured; "
        "no timestamps; segments taken for lost together arrive repeated or never; a board that is never full",
    .head = 8,
    .steps = 200,
    .cases = 3'000,
    .run = rack_check<rack>(),
    .controls = {{"reordering is given no time", rack_check<hasty_rack>()},
                 {"the window is half a round trip too long", rack_check<slow_rack>()},
                 {"a D-SACK changes nothing", rack_check<rigid_rack>()},
                 {"a timeout takes all for lost", rack_check<desperate_rack>()},
                 {"a retransmission is taken for an original", rack_check<credulous_rack>()},
                 {"the shortest round trip is never forgotten", rack_check<lifelong_rack>()},
                 {"only the latest round trip is remembered", rack_check<forgetful_rack>()}},
}};

/// Sends a segment more for each acknowledgment.
struct generous_reduction : proportional_rate_reduction {
  constexpr u32 on_ack(u32 delivered, u32 pipe, u32 mss, bool progress) noexcept {
    return proportional_rate_reduction::on_ack(delivered, pipe, mss, progress) + mss;
  }
};
/// Adds a segment though losses go on; or never does.
template <bool always>
struct fixed_reduction : proportional_rate_reduction {
  constexpr u32 on_ack(u32 delivered, u32 pipe, u32 mss, bool) noexcept {
    return proportional_rate_reduction::on_ack(delivered, pipe, mss, always);
  }
};
/// Has no segment to spare for the fast retransmit.
struct strict_reduction : proportional_rate_reduction {
  constexpr u32 on_ack(u32 delivered, u32 pipe, u32 mss, bool progress) noexcept {
    const u32 octets = proportional_rate_reduction::on_ack(delivered, pipe, mss, progress);
    return pipe == threshold() ? 0 : octets;
  }
};
/// Takes what came before the recovery for its own.
struct slow_reduction : proportional_rate_reduction {
  constexpr void start(u32 flight, u32 threshold) noexcept {
    proportional_rate_reduction::start(flight + flight / 4, threshold);
  }
};
/// Believes any number of duplicates.
struct credulous_reduction : proportional_rate_reduction {
  [[nodiscard]] constexpr u32 undelivered() const noexcept { return 1u << 30; }
  [[nodiscard]] constexpr u32 flight() const noexcept { return 1u << 30; }
};
/// Forgets what was sent.
struct forgetful_reduction : proportional_rate_reduction {
  constexpr void sent(u32) noexcept {}
};
/// Sends a probe though none has been answered.
struct impatient_probe : tail_probe {
  [[nodiscard]] constexpr bool allowed() const noexcept { return true; }
  constexpr void ask() noexcept {
    measured();
    if (sent_until()) cancel();
    tail_probe::ask();
  }
};
/// Takes no notice of what a probe repaired.
struct deaf_probe : tail_probe {
  constexpr verdict on_ack(sequence_number<u32> ack, bool reported, sequence_number<u32> until, bool bare) noexcept {
    (void)tail_probe::on_ack(ack, reported, until, bare);
    return verdict::none;
  }
};
/// Does not read what the peer says of a probe that it had not needed.
struct anxious_probe : tail_probe {
  constexpr verdict on_ack(sequence_number<u32> ack, bool, sequence_number<u32> until, bool bare) noexcept {
    return tail_probe::on_ack(ack, false, until, bare);
  }
};
/// Takes any progress for a sign that nothing was lost.
struct credulous_doubt : spurious_detector {
  [[nodiscard]] constexpr bool on_ack(const acknowledged_news& news) noexcept {
    const bool watched = watching();
    return spurious_detector::on_ack(news) || (watched && news.progress);
  }
};
/// Does not ask whether what arrived had been sent again.
struct hopeful_doubt : spurious_detector {
  [[nodiscard]] constexpr bool on_ack(const acknowledged_news& news) noexcept {
    acknowledged_news hoped = news;
    hoped.original = true;
    hoped.beyond = false;
    return spurious_detector::on_ack(hoped);
  }
};

/// Gives up at a second timeout.
struct resigned_doubt : spurious_detector {
  constexpr void timed_out_again(bool) noexcept { give_up(); }
};
/// Takes a report at SND.UNA for one like any other.
struct trusting_doubt : spurious_detector {
  [[nodiscard]] constexpr bool on_ack(acknowledged_news news) noexcept {
    news.all_answers_lost = false;
    return spurious_detector::on_ack(news);
  }
};
/// Passes over reports of what was never sent again.
struct forgetful_doubt : spurious_detector {
  [[nodiscard]] constexpr bool on_ack(acknowledged_news news) noexcept {
    if (news.reported && !sent_again().holds(news.from, news.until)) news.reported = false;
    return spurious_detector::on_ack(news);
  }
};
/// Does not count what was sent again before.
struct narrow_doubt : spurious_detector {
  constexpr void begin(bool by_timeout, bool with_f_rto, sequence_number<u32> una) noexcept {
    spurious_detector::begin(by_timeout, with_f_rto, una + (1u << 29));
  }
};
/// Does not hear that congestion is echoed.
struct deaf_doubt : spurious_detector {
  constexpr void marked() noexcept {}
};
/// Gives the whole window back at once.
struct unbounded : congestion::reno {
  constexpr void undo(u32 octets) noexcept {
    const u32 window_then = before().cwnd;
    congestion::reno::undo(octets);
    if (window_then > window()) set_window(window_then);
  }
};
/// Forgets what ssthresh was.
struct half_hearted : congestion::reno {
  constexpr void undo(u32 octets) noexcept {
    const u32 threshold_then = threshold();
    congestion::reno::undo(octets);
    set_threshold(threshold_then);
  }
};

/// Does not say of what is lost that it had been sent again; or only once in a connection.
template <int most>
struct forgiving_rack : rack {
  int told = 0;
  template <std::size_t Most>
  constexpr outcome detect(scoreboard<Most>& board, u32 now, u32 window, u32 granule) noexcept {
    outcome out = rack::detect(board, now, window, granule);
    if (out.again && told++ >= most) out.again.reset();
    return out;
  }
};

/// Does not ask which transmission is answered.
struct credulous_timer : round_trip_timer {
  [[nodiscard]] constexpr std::optional<duration> acknowledged(sequence_number<u32> una, const sack_blocks<u32>& blocks,
                                                               const std::optional<sequence_number<u32>>&,
                                                               instant now) noexcept {
    return round_trip_timer::acknowledged(una, blocks, again_at(), now);
  }
};
/// Measures by what was sent first and takes it for what was sent again.
struct stubborn_timer : round_trip_timer {
  constexpr void sent_again(sequence_number<u32>, sequence_number<u32>, instant, sequence_number<u32>, bool,
                            bool) noexcept {}
};
/// Measures nothing that takes less than a tick of the timestamps and was sent again.
struct coarse_timer : round_trip_timer {
  [[nodiscard]] constexpr std::optional<duration> acknowledged(sequence_number<u32> una, const sack_blocks<u32>& blocks,
                                                               const std::optional<sequence_number<u32>>& echo,
                                                               instant now) noexcept {
    const bool again = again_at().has_value();
    const auto measured = round_trip_timer::acknowledged(una, blocks, echo, now);
    return again && measured && *measured < timestamp_tick ? std::nullopt : measured;
  }
};
/// Times two segments of a flight.
struct crowded_timer : round_trip_timer {
  round_trip_timer other{};
  constexpr void sent(sequence_number<u32> until, instant now) noexcept {
    if (running()) other.sent(until, now);
    round_trip_timer::sent(until, now);
  }
  constexpr void sent_again(sequence_number<u32> first, sequence_number<u32> until, instant now,
                            sequence_number<u32> clock, bool apart, bool sack) noexcept {
    round_trip_timer::sent_again(first, until, now, clock, apart, sack);
    other.stop();
  }
  constexpr void stop() noexcept { *this = {}; }
  [[nodiscard]] constexpr std::optional<duration> acknowledged(sequence_number<u32> una, const sack_blocks<u32>& blocks,
                                                               const std::optional<sequence_number<u32>>& echo,
                                                               instant now) noexcept {
    const auto one = round_trip_timer::acknowledged(una, blocks, echo, now);
    const auto two = other.acknowledged(una, blocks, echo, now);
    return one ? one : two;
  }
};
/// Times a flight in three.
struct timid_timer : round_trip_timer {
  constexpr void sent(sequence_number<u32> until, instant now) noexcept {
    if (until.wire() % 3 == 0) round_trip_timer::sent(until, now);
  }
};

template <class Part>
struct with_timer : recovery_parts {
  using round_trip = Part;
};
template <class Part>
struct with_rack : recovery_parts {
  using recent = Part;
};
template <class Part>
struct with_reduction : recovery_parts {
  using reduction = Part;
};
template <class Part>
struct with_probe : recovery_parts {
  using probe = Part;
};
template <class Part>
struct with_doubt : recovery_parts {
  using doubt = Part;
};

template <recovery_oracle Which, class Parts = recovery_parts, class Congestion = congestion::reno>
case_check recovery_check() {
  return saying([](const drawn_case& c) { return recovery_subject<Parts, Congestion>(Which, c).run(c.steps); });
}

// The same run without ECN and with it agreed on, where nothing is ever marked.
template <class Twin = recovery_parts>
case_check twin_check() {
  return saying([](const drawn_case& c) -> std::string {
    recovery_subject<recovery_parts> plain(recovery_oracle::doubt, c);
    recovery_subject<Twin, congestion::reno, true> agreed(recovery_oracle::doubt, c);
    (void)plain.run(c.steps);
    (void)agreed.run(c.steps);
    for (std::size_t i = 0; i != std::min(plain.history().size(), agreed.history().size()); ++i) {
      if (plain.history()[i] == agreed.history()[i]) continue;
      return "step " + std::to_string(i) + ": with ECN cwnd and ssthresh are " +
             std::to_string(agreed.history()[i][0]) + " and " + std::to_string(agreed.history()[i][1]) + ", without " +
             std::to_string(plain.history()[i][0]) + " and " + std::to_string(plain.history()[i][1]);
    }
    return {};
  });
}

constexpr const char* recovery_bounds =
    "a sender alone over a path of 2 to 400 ms there and back that loses, delays and doubles segments and "
    "acknowledgments by masks of 16, at most 32 KiB queued, segments of 100 or 1000 octets, with and without "
    "timestamps and D-SACK, at most 150 steps, origins straddling 2^32 and 2^31, and any";

const registered marks{claim{
    // covers: rfc8985#6.2 rfc8985#6.3 rfc8985#6.2.4
    .id = "recovery-rack",
    .says =
        "What the sender takes for lost, when it looks again, and what it believes to be in flight is what RFC 8985 "
        "section 6 says, with the reordering window as it adapts",
    .bounds = recovery_bounds,
    .head = 10,
    .steps = 150,
    .cases = 8'000,
    .run = recovery_check<recovery_oracle::rack>(),
    .controls = {{"there is no reordering window", recovery_check<recovery_oracle::rack, with_rack<hasty_rack>>()},
                 {"the reordering window is half a round trip longer",
                  recovery_check<recovery_oracle::rack, with_rack<slow_rack>>()},
                 {"D-SACKs do not widen the reordering window",
                  recovery_check<recovery_oracle::rack, with_rack<rigid_rack>>()},
                 {"a timeout takes all for lost", recovery_check<recovery_oracle::rack, with_rack<desperate_rack>>()},
                 {"an acknowledgment of the first transmission is taken for that of the second",
                  recovery_check<recovery_oracle::rack, with_rack<credulous_rack>>()}},
}};

const registered reopenings{claim{
    // covers: rfc9293#3.8.6.1 rfc8985#8
    .id = "recovery-reopened",
    .says =
        "A window that opens again stops neither the reordering timer nor that of probes, unless what probed it goes "
        "out at once",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 4'000,
    .run = recovery_check<recovery_oracle::reopened>(),
    .controls = {{"both are forgotten", recovery_check<recovery_oracle::reopened_deaf>()}},
}};

const registered reductions{claim{
    // covers: rfc9937#6.1 rfc9937#6.2 rfc9937#6.3 rfc9937#6.4
    .id = "recovery-prr",
    .says = "In a recovery the window is what proportional rate reduction makes of what each acknowledgment delivered "
            "(RFC 9937), no more is sent, and afterwards the window is ssthresh",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 2'000,
    .run = recovery_check<recovery_oracle::prr>(),
    .controls =
        {{"a segment more for each acknowledgment",
          recovery_check<recovery_oracle::prr, with_reduction<generous_reduction>>()},
         {"what was sent does not count", recovery_check<recovery_oracle::prr, with_reduction<forgetful_reduction>>()},
         {"a segment more though losses go on",
          recovery_check<recovery_oracle::prr, with_reduction<fixed_reduction<true>>>()},
         {"never a segment more", recovery_check<recovery_oracle::prr, with_reduction<fixed_reduction<false>>>()},
         {"no segment for the fast retransmit",
          recovery_check<recovery_oracle::prr, with_reduction<strict_reduction>>()},
         {"RecoverFS is a quarter more", recovery_check<recovery_oracle::prr, with_reduction<slow_reduction>>()}},
}};

const registered bare_reductions{claim{
    // covers: rfc9937#6.2 rfc9937#6.4
    .id = "recovery-prr-duplicates",
    .says =
        "Without SACK no more is sent in a recovery than proportional rate reduction allows for the duplicates that "
        "came, of which no more count than were outstanding when it began (RFC 9937 section 6.2)",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 2'000,
    .run = recovery_check<recovery_oracle::bare_prr>(),
    .controls = {{"any number of duplicates counts",
                  recovery_check<recovery_oracle::bare_prr, with_reduction<credulous_reduction>>()},
                 {"what was sent does not count",
                  recovery_check<recovery_oracle::bare_prr, with_reduction<forgetful_reduction>>()}},
}};

const registered duplicates{claim{
    // covers: rfc5681#3.2 rfc3042 rfc6582#3.2
    .id = "recovery-duplicates",
    .says =
        "Two duplicate acknowledgments let a segment each go beyond the window, with SACK only what they report; the "
        "third sends at once what is missing, where nothing tells more",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 2'000,
    .run = recovery_check<recovery_oracle::duplicates>(),
    .controls = {{"duplicates are not heard", saying([](const drawn_case& c) {
                    using deaf = recovery_subject<recovery_parts, congestion::reno, false, false>;
                    return deaf(recovery_oracle::duplicates, c).run(c.steps);
                  })}},
}};

const registered probes{claim{
    // covers: rfc8985#7 tail-probes
    .id = "recovery-probe",
    .says = "Tail loss probes are scheduled and sent when RFC 8985 section 7 allows it, one at a time, one segment "
            "each, never in recovery; and the window is reduced for the losses that they repair, and for no other",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 2'000,
    .run = recovery_check<recovery_oracle::probe>(),
    .controls = {{"a second probe follows before the first is answered",
                  recovery_check<recovery_oracle::probe, with_probe<impatient_probe>>()},
                 {"a loss that a probe repaired is passed over",
                  recovery_check<recovery_oracle::probe, with_probe<deaf_probe>>()},
                 {"a probe that was not needed counts as one that repaired a loss",
                  recovery_check<recovery_oracle::probe, with_probe<anxious_probe>>()}},
}};

const registered round_trips{claim{
    // covers: rfc6298#3 rfc7323#4.2 rfc7323#4.3
    .id = "recovery-round-trip",
    .says =
        "A round trip is measured by the clock, from the last transmission of octets that an acknowledgment covers or "
        "reports, only where it is plain that this one is answered (RFC 6298 section 3), once a round trip (RFC 7323 "
        "section 4.2), and whenever a whole flight was sent once",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 2'000,
    .run = recovery_check<recovery_oracle::round_trip>(),
    .controls = {{"what was sent twice counts, whatever is echoed",
                  recovery_check<recovery_oracle::round_trip, with_timer<credulous_timer>>()},
                 {"what was sent again is measured from its first transmission",
                  recovery_check<recovery_oracle::round_trip, with_timer<stubborn_timer>>()},
                 {"what is sent again on a path shorter than a tick is not measured",
                  recovery_check<recovery_oracle::round_trip, with_timer<coarse_timer>>()},
                 {"a round trip is measured twice",
                  recovery_check<recovery_oracle::round_trip, with_timer<crowded_timer>>()},
                 {"two of three flights are not measured",
                  recovery_check<recovery_oracle::round_trip, with_timer<timid_timer>>()}},
}};

const registered doubts{claim{
    // covers: rfc5682 rfc3522 rfc3708 f-rto eifel
    .id = "recovery-undo",
    .says = "A recovery or a timeout is undone only where F-RTO (RFC 5682), Eifel (RFC 3522) or D-SACKs (RFC 3708) say "
            "that it was needless, and what was written arrives in the end",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 4'000,
    .run = recovery_check<recovery_oracle::doubt>(),
    .controls = {{"any progress undoes", recovery_check<recovery_oracle::doubt, with_doubt<credulous_doubt>>()},
                 {"F-RTO does not ask what it was that arrived",
                  recovery_check<recovery_oracle::doubt, with_doubt<hopeful_doubt>>()},
                 {"a second timeout ends F-RTO", recovery_check<recovery_oracle::doubt, with_doubt<resigned_doubt>>()},
                 {"a report at SND.UNA counts", recovery_check<recovery_oracle::doubt, with_doubt<trusting_doubt>>()},
                 {"reports of what was sent once are passed over",
                  recovery_check<recovery_oracle::doubt, with_doubt<forgetful_doubt>>()}},
}};

// The detector alone beside RFC 3708's oracle: segments of ten octets are sent again, by probes and in recoveries,
// acknowledged and reported in any order.
template <class Doubt>
class report_run {
 public:
  explicit report_run(const drawn_case& c) : origin_(number_choice(c.head).word()) {}

  std::string apply(const step& s) {
    switch (s[0] % 8) {
      case 0: nxt_ += size * (1 + s[1] % 4); break;
      case 1:
        if (una_ == nxt_) break;
        doubt_.begin(false, false, at(una_));
        oracle_.started(una_, nxt_);
        break;
      case 2:
      case 3: send_again(s); break;
      case 4: una_ = std::min(nxt_, una_ + size * (1 + s[1] % 3)); break;
      default: return report(s);
    }
    return {};
  }

 private:
  static constexpr position size = 10;

  void send_again(const step& s) {
    if (una_ == nxt_) return;
    const position first = una_ + size * (s[1] % std::min<position>((nxt_ - una_) / size, 4));
    const position last = std::min(nxt_, first + size * (1 + s[2] % 2));
    doubt_.resent(at(first), at(last), at(0));
    oracle_.repeated(first, last);
  }

  std::string report(const step& s) {
    const position first = std::max<position>(una_ - size * (s[1] % 6), 0);
    const position una = una_;
    una_ = std::min(nxt_, una_ + size * (s[2] % 3));
    if (first + size > nxt_) return {};
    const bool empty = s[3] % 2 == 0;
    acknowledged_news news;
    news.sack = news.reported = true;
    news.from = at(first);
    news.until = at(first + size);
    news.una = at(una_);
    news.all_answers_lost = empty && first == una;
    oracle_.reported({first, first + size}, una, empty);
    if (!doubt_.on_ack(news) || oracle_.now() == spec::verdict::spurious) return {};
    return std::string("reports undo what their oracle calls ") + name(oracle_.now());
  }

  [[nodiscard]] sequence_number<u32> at(position x) const {
    return sequence_number<u32>(origin_) + static_cast<u32>(x);
  }

  u32 origin_;
  position una_ = 0;
  position nxt_ = 0;
  Doubt doubt_{};
  spec::duplicate_report_oracle oracle_{};
};

template <class Doubt>
case_check report_check() {
  return saying([](const drawn_case& c) { return drive(report_run<Doubt>(c), c.steps); });
}

const registered reports{claim{
    // covers: rfc3708#3
    .id = "duplicate-reports",
    .says = "D-SACKs undo a recovery only where RFC 3708 section 3 lets them: all that was sent again in the window is "
            "reported, probes included, each octet once; no window of answers was lost; the network never duplicated",
    .bounds = "segments of ten octets, 120 steps of sending, sending again, acknowledging, reporting and recovering, "
              "any origin",
    .head = 2,
    .steps = 120,
    .cases = 20'000,
    .run = report_check<spurious_detector>(),
    .controls = {{"a report at SND.UNA counts", report_check<trusting_doubt>()},
                 {"reports of what was sent once are passed over", report_check<forgetful_doubt>()},
                 {"a probe before the recovery is not counted", report_check<narrow_doubt>()}},
}};

const registered responses{claim{
    // covers: rfc4015#3.1 undo
    .id = "recovery-response",
    .says = "What is undone is undone as RFC 4015 says: not after an echo of congestion; the window is what is "
            "outstanding and what the acknowledgment freed, an initial window at most; ssthresh is what it was; and "
            "after a spurious timeout the next ones take longer",
    .bounds = recovery_bounds,
    .head = 10,
    .steps = 150,
    .cases = 2'000,
    .run = recovery_check<recovery_oracle::response>(),
    .controls = {{"an echo is not heard", recovery_check<recovery_oracle::response, with_doubt<deaf_doubt>>()},
                 {"the whole window comes back at once",
                  recovery_check<recovery_oracle::response, recovery_parts, unbounded>()},
                 {"ssthresh does not come back",
                  recovery_check<recovery_oracle::response, recovery_parts, half_hearted>()}},
}};

/// Grows by whatever is acknowledged.
struct unused_growth : congestion::reno {
  constexpr void on_ack(congestion::progress p) noexcept {
    p.window_was_full = true;
    congestion::reno::on_ack(p);
  }
};

const registered window_use{claim{
    // covers: rfc7661#4.4 rfc5681#3.1
    .id = "recovery-window-use",
    .says = "The congestion window grows only by what was sent when it was full, also after a timeout that is undone "
            "(RFC 7661 section 4.4)",
    .bounds = recovery_bounds,
    .head = 10,
    .steps = 150,
    .cases = 2'000,
    .run = recovery_check<recovery_oracle::use>(),
    .controls = {{"it grows by whatever is acknowledged",
                  recovery_check<recovery_oracle::use, recovery_parts, unused_growth>()}},
}};

const registered repeats{claim{
    // covers: rfc5681#4.3
    .id = "recovery-lost-again",
    .says =
        "Each loss of something that had been sent again since the latest reduction lowers ssthresh once more, in fast "
        "recovery and after a timeout, where the window comes down with it (RFC 5681 section 4.3)",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 4'000,
    .run = recovery_check<recovery_oracle::repeats>(),
    .controls = {{"no loss of what was sent again is noticed",
                  recovery_check<recovery_oracle::repeats, with_rack<forgiving_rack<0>>>()},
                 {"only the first two are noticed",
                  recovery_check<recovery_oracle::repeats, with_rack<forgiving_rack<2>>>()}},
}};

const registered holds{claim{
    // covers: rfc3168#6.1.2
    .id = "recovery-one-segment",
    .says =
        "Where congestion is echoed at a window of one segment nothing new goes out before a retransmission timeout "
        "has passed, whatever window of data the echo belongs to, and no tail loss probe does either",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 4'000,
    .run = recovery_check<recovery_oracle::hold>(),
    .controls = {{"the timeout is twice what it is said to be", recovery_check<recovery_oracle::twice_the_hold>()}},
}};

const registered twins{claim{
    // covers: rfc3168#6.1.2 rfc5681#4.3
    .id = "recovery-ecn",
    .says = "Where nothing is marked, a sender that agreed on ECN reduces its window for the same losses, at the same "
            "moments and to the same sizes as one that did not",
    .bounds = recovery_bounds,
    .head = 9,
    .steps = 150,
    .cases = 2'000,
    .run = twin_check(),
    .controls = {{"the twin sends a segment more for each acknowledgment",
                  twin_check<with_reduction<generous_reduction>>()}},
}};

}  // namespace recoveries_properties
}  // namespace sequent::property
