// A connection whose peer does what it likes: it lies about what has arrived, closes and opens its window, talks
// without end, takes octets one by one, and forges reports of routers. Oracles watch what the connection does about it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "model/spec/oracles/absence.hpp"
#include "model/spec/oracles/closed_window.hpp"
#include "model/spec/oracles/cwnd.hpp"
#include "model/spec/oracles/idle.hpp"
#include "model/spec/oracles/keep_alive.hpp"
#include "model/spec/oracles/resends.hpp"
#include "model/spec/oracles/silly_window.hpp"
#include "sequent/congestion/reno.hpp"
#include "sequent/congestion/validated.hpp"
#include "tests/property/drawn.hpp"
#include "tests/support/endpoint.hpp"
#include "tests/support/icmp_reports.hpp"

namespace sequent::property {

/// Whose complaints count.
enum class adversary_oracle {
  resends,
  override_timeout,
  closed_window,
  patience,
  keep_alives,
  idleness,
  segment_size,
  orphans,
  absences
};

/// How the oracles are told something else than what is so: a control.
struct adversary_fault {
  bool longer_override = false;     ///< the connection waits longer than it says
  bool longer_limit = false;        ///< a closed window lasts longer than the user was promised
  bool longer_patience = false;     ///< the user waits for a peer that says nothing longer than is used
  bool longer_idleness = false;     ///< keep-alives wait for a longer silence
  bool deaf_switch = false;         ///< nobody says that they were turned on
  bool hasty_probes = false;        ///< the shortest timeout is shorter than it is said to be
  bool smaller_announced = false;   ///< the peer has announced a smaller segment
  bool shorter_orphans = false;     ///< the user was promised an earlier end of what is closed
  bool half_the_window = false;     ///< the congestion window is half of what is used
  bool wider_after_report = false;  ///< after a router's report the window is eight times what is used
  bool longer_answers = false;      ///< an answer takes longer than it is waited for
  bool deaf_return = false;         ///< what goes out after an absence is not seen
};

struct reno_adversary : default_policy {
  using congestion_control = congestion::reno;
};
struct validated_adversary : default_policy {
  using congestion_control = congestion::validated<congestion::reno>;
};

/// One run.
template <class Policy>
class adversary_subject {
 public:
  adversary_subject(adversary_oracle which, const drawn_case& c, adversary_fault fault = {})
      : adversary_subject(which, number_choice(c.head), fault) {}

  std::string run(const std::vector<step>& steps) {
    for (std::size_t i = 0; i != steps.size() && !over(); ++i) {
      apply(steps[i]);
      if (const std::string wrong = violation(); !wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
    }
    return {};
  }

 private:
  using microseconds = spec::microseconds;
  using packet = test::packet;
  static constexpr u32 peer_iss = 5'000;
  static constexpr microseconds keep_alive_interval = 5'000'000;

  adversary_subject(adversary_oracle which, number_choice head, adversary_fault fault)
      : which_(which),
        fault_(fault),
        sack_(head.pick(2) == 1),
        stamps_(head.pick(2) == 1),
        scale_(head.pick(2) == 1 ? 7 : 0),
        lies_(head.pick(4) == 3),
        announced_(sizes[head.pick(std::size(sizes))]),
        round_trip_(round_trips[head.pick(std::size(round_trips))]),
        host_(configured(head)),
        resends_({.round_trip = round_trip_.count(), .smss = max_text(), .first = 0}),
        override_(host_.tcp.config().silly_window_override.count() / (fault.longer_override ? 2 : 1), 1'000),
        closed_(
            {.least = fault.hasty_probes ? 2'000'000 : 1'000'000,
             .limit = promised(host_.tcp.config().zero_window),
             .patience = host_.tcp.config().user_timeout.value_or(duration{}).count() * (fault.longer_patience ? 2 : 1),
             .tolerance = 1'000}),
        keep_alive_({.idle = fault.longer_idleness ? 40'000'000 : 30'000'000, .interval = 5'000'000, .probes = 3}) {
    test::peer_offer offer;
    offer.mss = announced_;
    offer.sack = sack_;
    if (stamps_) offer.ts = 1;
    if (scale_ != 0) offer.scale = static_cast<std::uint8_t>(scale_);
    (void)host_.tcp.connect(host_.now);
    host_.out();
    host_.wait(round_trip_);
    packet answer = host_.answer_to_syn(offer);
    if (stamps_) answer.ts(1, ticks());
    host_.in(answer);
    window_ = 65'535;
    left_.push_back({host_.now, host_.nxt()});
    observe();
  }

  [[nodiscard]] connection_config configured(number_choice& head) const {
    connection_config config = test::plain(static_cast<u32>(head.word()));
    config.sack = sack_;
    config.timestamps = stamps_;
    config.window_scale = scale_ != 0;
    config.user_timeout.reset();
    config.nagle = head.pick(2) == 1;
    if (head.pick(2) == 1) config.zero_window = duration::seconds(30);
    if (which_ == adversary_oracle::keep_alives) {  // nothing else gives a peer up
      config.zero_window.reset();
      config.orphan_timeout.reset();
      config.keep_alive = {false, duration::seconds(30), duration::seconds(5), 3};
    }
    if (which_ == adversary_oracle::idleness) {
      constexpr std::array<std::uint8_t, 4> windows{10, 10, 2, 20};
      config.initial_window = windows[head.pick(windows.size())];
    }
    if (which_ == adversary_oracle::patience) {
      constexpr std::array<std::int64_t, 4> timeouts{1, 5, 20, 60};
      config.zero_window.reset();
      config.user_timeout = duration::seconds(timeouts[head.pick(timeouts.size())]);
    }
    if (which_ == adversary_oracle::absences) {
      constexpr std::array<std::int64_t, 4> timeouts{1, 5, 60, 300};
      config.user_timeout = duration::seconds(timeouts[head.pick(timeouts.size())]);
      config.keep_alive = {head.pick(2) == 1, duration::seconds(30), duration::seconds(5), 3};
      config.delayed_ack = duration::milliseconds(40);
    }
    return config;
  }
  [[nodiscard]] std::optional<microseconds> promised(const std::optional<duration>& limit) const {
    if (!limit) return std::nullopt;
    return limit->count() / (fault_.longer_limit ? 2 : 1);
  }
  [[nodiscard]] u32 ticks() const { return static_cast<u32>(host_.now.microseconds() / 1'000); }
  [[nodiscard]] spec::position max_text() const {
    return std::max<spec::position>(1, std::min<spec::position>(announced_, 1'460) - (stamps_ ? 12 : 0));
  }
  [[nodiscard]] bool over() const { return host_.state() == connection_state::closed; }
  [[nodiscard]] spec::position position_of(u32 seq) const { return static_cast<std::int32_t>(seq - host_.iss() - 1); }

  void apply(const step& s) {
    if (which_ == adversary_oracle::keep_alives && s[0] / 12 % 3 == 2) {
      return switch_keep_alives(s[2] % 3 != 0, s[3] % 2 == 0);
    }
    if (which_ == adversary_oracle::absences && s[0] / 12 % 3 == 2) {
      constexpr std::array<std::int64_t, 4> spans{100, 1'000, 30'000, 3'600'000};
      return be_away(duration::milliseconds(1 + s[1] % spans[s[2] % spans.size()]));
    }
    if (which_ == adversary_oracle::absences && s[0] / 12 % 6 == 1) return come_late(s);
    switch (s[0] % 12) {
      case 0:
      case 1: write(1 + s[1] % 20'000u); break;
      case 2: let_pass(duration::milliseconds(s[1] % 3'000)); break;
      case 3: let_pass(duration::milliseconds(s[1] % 64)); break;
      case 4: honest(1 + s[1] % 16u); break;
      case 5: acknowledge(drawn_ack(s), drawn_window(s)); break;
      case 6:
        for (int i = s[1] % 8; i >= 0; --i) acknowledge(host_.una(), window_);
        break;
      case 7: lie(s); break;
      case 8: toggle(s); break;
      case 9: report(s); break;
      case 10: talk(s); break;
      default: apart_from_that(s);
    }
  }

  void write(std::size_t octets) {
    host_.write_quietly(octets);
    pump();
  }

  // Time passes in steps, so that what does not happen is noticed.
  void let_pass(duration span) {
    const instant end = host_.now + span;
    while (!over()) {
      const auto due = host_.tcp.next_deadline();
      if (!due || *due > end) break;
      meet(*due);
    }
    host_.now = std::max(host_.now, end);
    if (!over()) watch_time();
  }

  void meet(instant due) {
    host_.now = std::max(host_.now, due);
    const bool shut = host_.tcp.tcb().snd.wnd == 0;
    watch_size([&] { host_.tcp.on_deadline(host_.now); });
    if (over() && host_.tcp.ended_by() == error::connection_timed_out) {
      if (shut) closed_.given_up(host_.now.microseconds());
      keep_alive_.given_up();
      absence_.given_up(host_.now.microseconds());
    }
    pump();
  }

  // The host is suspended: nothing is sent, and nobody hears what the peer says.
  void be_away(duration span) {
    // That an acknowledgment is late is no absence.
    const auto due = host_.tcp.timers().next_but(timer::delayed_ack);
    absence_.leaves();
    host_.now = host_.now + span;
    if (due && *due <= host_.now) {
      const auto& rtt = host_.tcp.sending().rtt();
      // What is asked for the first time, and a keep-alive, is waited for as long as the user says.
      const connection_config& config = host_.tcp.config();
      microseconds answer = std::min(rtt.undoubled(), config.user_timeout.value_or(end_of_time - instant{})).count();
      if (config.keep_alive.enabled) answer = std::min(answer, keep_alive_interval);
      absence_.returned((host_.now - *due).count(), rtt.undoubled().count(), answer * (fault_.longer_answers ? 3 : 1),
                        host_.now.microseconds());
    }
    watch_size([&] { host_.tcp.on_deadline(host_.now); });
    if (over() && host_.tcp.ended_by() == error::connection_timed_out) absence_.given_up(host_.now.microseconds());
    pump();
  }

  // A host that comes a second or two late each time, to a peer that goes on sending and acknowledges nothing.
  void come_late(const step& s) {
    for (int i = s[1] % 256; i >= 0 && !over(); --i) {
      say(10);
      if (!over()) be_away(duration::milliseconds(1'100 + s[2] % 900));
    }
  }

  // Turned on or off at any moment, also at the one at which a probe has fallen due and is not sent yet.
  void switch_keep_alives(bool on, bool at_deadline) {
    const auto due = host_.tcp.timers().due(timer::keep_alive);
    if (at_deadline && due && host_.tcp.next_deadline() == due) {
      host_.now = std::max(host_.now, *due);
      watch_size([&] { host_.tcp.on_deadline(host_.now); });
      if (over()) return host_.tcp.ended_by() == error::connection_timed_out ? keep_alive_.given_up() : void();
    }
    host_.tcp.set_keep_alive(on, host_.now);
    keep_alive_.turned(on && !fault_.deaf_switch, host_.now.microseconds());
    pump();
  }

  // The peer keeps its window closed and answers whatever it is sent.
  void answer_all(duration span) {
    const instant end = host_.now + span;
    acknowledge(host_.una(), 0);
    while (!over()) {
      const auto due = host_.tcp.next_deadline();
      if (!due || *due > end) break;
      const std::uint64_t before = asked_;
      meet(*due);
      if (asked_ != before) acknowledge(host_.una(), 0);
    }
  }

  // Everything that a peer by the book has by now is acknowledged, round trip by round trip.
  void honest(u32 rounds) {
    for (u32 i = 0; i != rounds && !over(); ++i) {
      let_pass(round_trip_);
      if (!over()) acknowledge(arrived(), 65'535);
    }
  }

  // What was sent at least a round trip ago: nobody can tell of more than that.
  [[nodiscard]] u32 arrived() {
    while (left_.size() > 1 && left_[1].at + round_trip_ <= host_.now) left_.pop_front();
    const u32 until = left_.front().nxt;
    return left_.front().at + round_trip_ <= host_.now && !before(sequence_number<u32>(until), host_.tcp.tcb().snd.una)
               ? until
               : host_.una();
  }

  [[nodiscard]] u32 drawn_ack(const step& s) {
    const u32 most = arrived() - host_.una();
    const u32 some = s[2] % 4 == 0 ? most : s[2] % 4 == 1 ? std::min(most, 1u) : s[2] % (most + 1);
    return host_.una() + some;
  }
  [[nodiscard]] static u32 drawn_window(const step& s) {
    constexpr std::array<u32, 8> windows{0, 0, 1, 10, 100, 700, 3'000, 65'535};
    return windows[s[3] % windows.size()];
  }

  // The field of a window of so many octets, or less.
  [[nodiscard]] packet from_peer(u32 ack, u32 window) {
    window_ = window;
    const u32 field = window == 65'535 ? window : (window + (1u << scale_) - 1) >> scale_;
    packet p = test::at(peer_iss + 1 + said_).ack(ack).window(field).from(9);
    if (stamps_) p.ts(2 + ticks(), lies_ ? ticks() : ticks() - static_cast<u32>(round_trip_.count() / 1'000));
    return p;
  }
  void deliver(const packet& p) {
    const u32 una = host_.una();
    delivered_ = host_.now;
    (void)host_.in_quietly(p);
    if (shrunk_to_ && !over()) {
      const auto& sender = host_.tcp.sending();
      if (sender.recovery().phase() == recovery_phase::open) {
        resends_.grew(*shrunk_to_, host_.una() - una, host_.tcp.effective_mss(), sender.congestion().window());
      }
      shrunk_to_.reset();
    }
    closed_.answered();
    const send_variables<u32>& snd = host_.tcp.tcb().snd;
    // Words beside the point are no answer while something is outstanding.
    const bool answers = host_.una() != una || snd.una == snd.nxt || snd.wnd == 0;
    if (answers) absence_.heard(snd.wnd < std::min(host_.tcp.effective_mss(), snd.max_wnd / 2));
    keep_alive_.heard(host_.now.microseconds());
    if (over()) return;
    tell_delivered(p, una);
    const bool news = host_.una() != una || host_.last.duplicate_ack || p.header.options.sack.count != 0;
    if (news) idle_.heard(host_.now.microseconds());
    pump();
  }
  void tell_delivered(const packet& p, u32 una) {
    const microseconds now = host_.now.microseconds();
    resends_.delivered({position_of(una), position_of(host_.una())}, now);
    resends_.acknowledged_until(position_of(host_.una()));
    for (const sack_block<u32>& block : p.header.options.sack.view()) {
      resends_.delivered({position_of(block.left.wire()), position_of(block.right.wire())}, now);
    }
  }
  void acknowledge(u32 ack, u32 window) {
    if (!over()) deliver(from_peer(ack, window));
  }

  // Blocks of what may have arrived, in any order; sometimes reported as duplicates.
  void lie(const step& s) {
    if (!sack_ || over()) return;
    const u32 una = host_.una();
    const u32 most = arrived() - una;
    packet p = from_peer(una, window_);
    u32 from = s[2] % (most + 1);
    for (u32 i = 0; i != 1 + s[1] % 3u && from < most; ++i) {
      const u32 length = std::min(most - from, 1 + s[3] % 3'000u);
      (void)p.header.options.sack.push({sequence_number<u32>(una + from), sequence_number<u32>(una + from + length)});
      from += length + 1 + s[1] % 1'460u;
    }
    deliver(p);
  }

  void toggle(const step& s) {
    for (int i = s[1] % 64; i >= 0 && !over(); --i) {
      acknowledge(host_.una(), 0);
      acknowledge(host_.una(), s[2] % 4 == 0 ? 1 : 65'535);
      if (s[3] % 4 == 0) let_pass(duration::milliseconds(1 + s[3] % 8));
    }
  }

  void report(const step& s) {
    u32 mtu = host_.tcp.effective_mss() + 52;
    for (int i = s[1] % 64; i >= 0 && !over(); --i) {
      mtu -= std::min(mtu, 1 + s[2] % 100u);
      const u32 flight = host_.nxt() - host_.una();
      const auto seq = host_.una() + (flight == 0 ? 0 : s[3] % flight);
      watch_size([&] { host_.tcp.on_icmp(test::too_big(mtu, seq), host_.now); });
      pump();
    }
  }

  // Whatever makes segments smaller makes the window smaller; a recovery is steered in octets.
  template <class Event>
  void watch_size(Event happens) {
    const auto& sender = host_.tcp.sending();
    const u32 window = sender.congestion().window();
    const u32 size = host_.tcp.effective_mss();
    const u32 threshold = sender.congestion().threshold();
    const bool recovering = sender.recovery().recovering();
    happens();
    const u32 now = host_.tcp.effective_mss();
    if (over() || now >= size) return;
    if (recovering && sender.recovery().recovering()) {
      // PRR steers the window octet by octet: what it leads to shrinks, to two segments at least.
      return resends_.narrowed(size, now, threshold, std::max(sender.congestion().threshold(), 2 * now) - now);
    }
    if (sender.recovery().recovering()) return;
    resends_.narrowed(size, now, window, sender.congestion().window() * (fault_.wider_after_report ? 8 : 1));
    shrunk_to_ = sender.congestion().window();
  }

  void talk(const step& s) {
    for (u32 i = 0; i != 1 + s[1] % 16u && !over(); ++i) {
      say(10);
      let_pass(duration::milliseconds(20 * (s[2] % 8)));
    }
  }
  void say(u32 octets) {
    packet p = from_peer(host_.una(), window_);
    p.text(octets);
    said_ += octets;
    deliver(p);
    (void)host_.read();
  }

  // Rarer things: the user goes, everything rests, the peer answers whatever is sent for a minute.
  void apart_from_that(const step& s) {
    switch (s[1] % 8) {
      case 0:
        if (s[2] % 2 == 0) {
          (void)host_.tcp.shutdown();
        } else if (host_.tcp.close(host_.now)) {
          abandoned_ = true;
        }
        return pump();
      case 1: return let_pass(duration::seconds(1 + s[2] % 600));
      case 2:
        for (int i = 0; i != 60 && !over(); ++i) {
          acknowledge(arrived(), s[3] % 2 == 0 ? 0 : 1);
          acknowledge(host_.una(), 0);
          let_pass(duration::seconds(1));
        }
        return;
      case 3: return answer_all(duration::seconds(60 * (1 + s[2] % 60)));
      default: return honest(20);
    }
  }

  void pump() {
    observe();
    for (int i = 0; i != 2'000 && !over(); ++i) {
      const u32 nxt = host_.nxt();
      const u32 window = host_.tcp.tcb().snd.wnd;
      const bool fin_was_sent = host_.tcp.tcb().snd.fin_sent;
      const auto next = host_.tcp.next_segment(host_.now);
      if (!next) break;
      see(next->header, nxt, window, fin_was_sent);
    }
    observe();
    watch_time();
  }

  void see(const segment<u32>& seg, u32 nxt, u32 window, bool fin_was_sent) {
    const microseconds now = host_.now.microseconds();
    if (host_.nxt() != nxt) left_.push_back({host_.now, host_.nxt()});
    const u32 length = seg.text_length + (seg.control.fin() ? 1u : 0u);
    if (seg.control.rst()) return;
    const bool keep_alive = length == 0 && seg.seq == host_.tcp.tcb().snd.nxt - 1u;
    if (keep_alive) keep_alive_.probed(now);
    if ((keep_alive || length != 0) && !fault_.deaf_return) absence_.asked(now);
    if (length == 0) return;
    closed_.asked(now);
    ++asked_;
    const spec::position first = position_of(seg.seq.wire());
    const bool fresh = !before(seg.seq, sequence_number<u32>(nxt));
    resends_.sent(first, first + static_cast<spec::position>(length), now);
    if (fresh && window == 0 && (seg.text_length != 0 || !fin_was_sent)) closed_.probed(now);
    if (fresh) {
      override_.sent();
      const auto& sending = host_.tcp.sending();
      if (sending.recovery().phase() == recovery_phase::open) {
        // A loss probe may go out beyond the window (RFC 8985 section 7.3), and a FIN with the last text.
        const u32 most = restart_window() + host_.tcp.effective_mss() + 1;
        idle_.sent(length, static_cast<spec::position>(most), silence(), kept(), now);
      } else {
        idle_.sent_again(now);
      }
    } else {
      idle_.sent_again(now);
    }
    const std::size_t options = options_length(seg.options);
    const std::size_t announced = fault_.smaller_announced ? announced_ - 1u : announced_;
    if (seg.text_length > 1 && seg.text_length + options > announced) {
      size_.note("a segment of " + std::to_string(seg.text_length + options) + " octets goes to a peer that takes " +
                 std::to_string(announced));
    }
  }

  [[nodiscard]] static constexpr bool keeps() {
    return std::is_base_of_v<congestion::validated<congestion::reno>, typename Policy::congestion_control>;
  }
  [[nodiscard]] bool kept() const { return keeps(); }
  [[nodiscard]] u32 restart_window() const {
    return static_cast<u32>(
        spec::cwnd_oracle::initial_window(host_.tcp.effective_mss(), host_.tcp.config().initial_window));
  }
  // The silence after which no more than the restart window may go.
  [[nodiscard]] microseconds silence() const {
    const auto& sending = host_.tcp.sending();
    if constexpr (keeps()) {
      if (!sending.congestion().validation().pipe_ack(host_.now)) return end_of_time.microseconds();
      return std::max<microseconds>(3 * sending.rtt().smoothed().count(), 1'000'000) + 1;
    }
    return sending.rtt().timeout().count();
  }

  void observe() {
    if (over()) return;
    const u32 window = host_.tcp.sending().congestion().window();
    resends_.uses(fault_.half_the_window ? window / 4 : window, host_.now.microseconds());
  }

  void watch_time() {
    const control_block<u32>& tcb = host_.tcp.tcb();
    const auto& sending = host_.tcp.sending();
    const microseconds now = host_.now.microseconds();
    const bool outstanding = !(tcb.snd.una == tcb.snd.nxt);
    const u32 unsent = over() || tcb.snd.fin_sent ? 0 : sending.end() - tcb.snd.nxt;
    const u32 flight = tcb.snd.nxt - tcb.snd.una;
    override_.now_is({.unsent = unsent,
                      .usable = tcb.snd.wnd > flight ? tcb.snd.wnd - flight : 0,
                      .outstanding = outstanding,
                      .held = false},
                     now);
    watch_orphan(outstanding);
    const bool counts = outstanding && !abandoned_ && !over() && host_.tcp.config().user_timeout;
    absence_.now_is(counts ? std::optional(host_.tcp.config().user_timeout->count()) : std::nullopt, now);
    closed_.now_is({.window = tcb.snd.wnd,
                    .max_window = tcb.snd.max_wnd,
                    .full = over() ? 0 : host_.tcp.effective_mss(),
                    .waits = unsent != 0 || outstanding || (tcb.snd.fin_asked && !tcb.snd.fin_sent),
                    .ended = over()},
                   now);
  }

  // Whose user has gone and whose peer says nothing has an end.
  void watch_orphan(bool outstanding) {
    if (!abandoned_ || !outstanding || over()) {
      quiet_since_.reset();
      return;
    }
    if (!quiet_since_ || *quiet_since_ < delivered_) quiet_since_ = host_.now;
    const duration most = *host_.tcp.config().orphan_timeout / (fault_.shorter_orphans ? 2 : 1);
    if (host_.now - *quiet_since_ > most + duration::milliseconds(1)) {
      orphans_.note("an orphan of a silent peer is there after " + std::to_string((host_.now - *quiet_since_).count()) +
                    " us");
    }
  }

  [[nodiscard]] std::string violation() const {
    switch (which_) {
      case adversary_oracle::resends: return resends_.violation();
      case adversary_oracle::override_timeout: return override_.violation();
      case adversary_oracle::closed_window:
      case adversary_oracle::patience: return closed_.violation();
      case adversary_oracle::keep_alives: return keep_alive_.violation();
      case adversary_oracle::idleness: return idle_.violation();
      case adversary_oracle::segment_size: return size_.text();
      case adversary_oracle::orphans: return orphans_.text();
      case adversary_oracle::absences: return absence_.violation();
    }
    return {};
  }

  // Our own endpoint, whose sending is watched segment by segment.
  struct watched_host : test::endpoint<Policy> {
    using test::endpoint<Policy>::endpoint;
    void write_quietly(std::size_t octets) {
      const auto taken = this->tcp.write(test::pattern(octets, this->written));
      if (taken) this->written += *taken;
    }
  };
  struct departure {
    instant at{};
    u32 nxt = 0;
  };

  static constexpr std::array<std::uint16_t, 6> sizes{1'460, 1'460, 536, 1'000, 100, 40};
  static constexpr std::array<duration, 4> round_trips{duration::milliseconds(100), duration::milliseconds(10),
                                                       duration::milliseconds(400), duration::milliseconds(50)};

  adversary_oracle which_;
  adversary_fault fault_;
  bool sack_;
  bool stamps_;
  u32 scale_;
  bool lies_;  // about the times that it echoes
  std::uint16_t announced_;
  duration round_trip_;
  watched_host host_;
  spec::resends_oracle resends_;
  std::optional<u32> shrunk_to_{};  // the window, by the event before
  spec::override_clock override_;
  spec::closed_window_oracle closed_;
  spec::keep_alive_oracle keep_alive_;
  spec::absence_oracle absence_{};
  spec::idle_oracle idle_{};
  spec::complaint size_{};
  spec::complaint orphans_{};
  std::optional<instant> quiet_since_{};
  instant delivered_{};
  bool abandoned_ = false;
  std::uint64_t asked_ = 0;  // segments that want an answer
  std::deque<departure> left_{};
  u32 window_ = 65'535;
  u32 said_ = 0;
};

}  // namespace sequent::property
