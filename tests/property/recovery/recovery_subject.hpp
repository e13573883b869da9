// The production sender with its loss recovery, alone over a simulated path, watched by the oracles.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/spec/oracles/cwnd.hpp"
#include "sequent/congestion/reno.hpp"
#include "sequent/core/arrives_synchronized.hpp"
#include "sequent/transfer/sender.hpp"
#include "tests/property/drawn.hpp"
#include "tests/property/recovery/recovery_watch.hpp"
#include "tests/property/recovery/simulated_path.hpp"

namespace sequent::property {

/// NewReno that counts what it is asked for.
template <class Base>
struct counting : Base {
  int reductions = 0;
  int undone = 0;
  constexpr void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    ++reductions;
    Base::on_congestion(flight, mss, now);
  }
  constexpr void undo(u32 octets) noexcept {
    ++undone;
    Base::undo(octets);
  }
};

/// A sender made of Parts: the real ones, or one that is wrong on purpose.
template <class Parts, class Congestion = congestion::reno, bool agrees_on_ecn = false, bool hears_duplicates = true>
class recovery_subject {
 public:
  using sender_type = sender<inline_storage<32'768>, counting<Congestion>, 512, unpaced, Parts>;

  recovery_subject(recovery_oracle which, const drawn_case& c) : recovery_subject(which, number_choice(c.head)) {}

  /// The window, the threshold and how much has been sent after each step.
  [[nodiscard]] const std::vector<std::array<u32, 3>>& history() const { return history_; }

  /// Runs the steps, then everything that is left over a path that does nothing wrong.
  std::string run(const std::vector<step>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      apply(steps[i]);
      history_.push_back(
          {sender_.congestion().window(), sender_.congestion().threshold(), tcb_.snd.nxt - tcb_.snd.iss});
      if (const std::string wrong = watch_.violation(); !wrong.empty())
        return "step " + std::to_string(i) + ": " + wrong;
    }
    path_.way(false) = path_.way(true) = {};
    closed_ = false;
    for (int i = 0; i != 20'000 && sender_.queued() != 0; ++i) event();
    if (sender_.queued() != 0) return "what was written never arrives, though the path works again";
    return watch_.violation();
  }

 private:
  static constexpr position first_octet = 1;

  recovery_subject(recovery_oracle which, number_choice head)
      : sack_(which != recovery_oracle::bare_prr && (which != recovery_oracle::doubt || head.pick(4) != 0) &&
              (which != recovery_oracle::duplicates || head.pick(2) == 0)),
        stamps_(head.pick(2) == 0),
        mss_(head.pick(2) == 0 ? 1'000 : 100),
        one_way_(ways[head.pick(std::size(ways) - (which == recovery_oracle::round_trip ? 0 : 1))]),
        receiver_(first_octet, {sack_, head.pick(4) != 0, stamps_ ? std::size_t{3} : std::size_t{4}}),
        path_(one_way_, one_way_ * extras[head.pick(std::size(extras))] / 4),
        config_(settings(which)),
        watch_(which, mss_, sack_,
               {.smss = mss_,
                .initial_window = spec::cwnd_oracle::initial_window(mss_),
                .granularity = config_.rto.granularity.count(),
                .least = config_.rto.least.count(),
                .most = config_.rto.most.count()}) {
    spikes_ = which == recovery_oracle::doubt || which == recovery_oracle::response || which == recovery_oracle::use;
    marks_all_ = which == recovery_oracle::hold || which == recovery_oracle::twice_the_hold;
    marks_ = marks_all_ || (which == recovery_oracle::response && head.pick(2) == 0);
    const std::size_t way = head.pick(3);
    const u32 any = head.word();
    tcb_.state = connection_state::established;
    tcb_.snd.iss = sequence_number<u32>(way == 0 ? any : (way == 1 ? 0u : 0x8000'0000u) - any % 4'096);
    tcb_.snd.una = tcb_.snd.nxt = tcb_.snd.wl2 = tcb_.snd.iss + 1u;
    tcb_.snd.wnd = tcb_.snd.max_wnd = 1u << 20;
    tcb_.sack_permitted = sack_;
    tcb_.ts.enabled = stamps_;
    tcb_.ecn = marks_ || agrees_on_ecn;
    sender_.start(tcb_.snd.iss, config_.rto);
    // Where echoes are to bring the window down to one segment it begins with two, and they come at once.
    sender_.established(static_cast<u32>(mss_), marks_all_ ? 2 : congestion::usual_initial_segments);
    if (marks_all_) path_.way(true).marked = 0xffff;
    if (which == recovery_oracle::rack && head.pick(2) == 0) shake_hands();
    deaf_ = which == recovery_oracle::reopened_deaf;
    closes_ = deaf_ || which == recovery_oracle::reopened;
  }

  // The SYN and its answer, which is a round trip measured.
  void shake_hands() {
    timer_set timers;
    sender_.sent_syn(tcb_.snd.iss, at(), sequence_number<u32>(0), false, timers, config_);
    now_ += 2 * one_way_;
    segment<u32> answer;
    answer.ack = tcb_.snd.una;
    actions<u32> acts;
    acts.acked = 1;
    acts.raised.raise(signal::established);
    sender_.on_ack(tcb_, answer, acts, false, static_cast<u32>(mss_), std::nullopt, at(), timers, config_);
    watch_.handshake(2 * one_way_, moment().srtt, now_);
  }

  // Where timeouts are in doubt they come early, so that many are spurious, and strike twice; and where probes are
  // or RACK watched, so that many would come later, or strike while something is young.
  [[nodiscard]] static connection_config settings(recovery_oracle which) {
    connection_config config;
    config.user_timeout.reset();
    const bool early = which == recovery_oracle::response || which == recovery_oracle::use;
    if (early) config.rto.least = duration::milliseconds(200);
    if (which == recovery_oracle::probe || which == recovery_oracle::rack) {
      config.rto.least = duration::milliseconds(300);
    }
    if (which == recovery_oracle::doubt) config.rto.least = config.rto.initial = duration::milliseconds(300);
    return config;
  }

  void apply(const step& s) {
    switch (s[0] % 8) {
      case 0:
        if (spikes_ && s[2] % 2 == 0) path_.stand_still(now_ + s[2] % 4'096 * 1'000);
        [[fallthrough]];
      case 1:
        write(1 + s[1] % (16 * mss_));
        if (spikes_ && s[3] % 2 == 1) path_.lose_the_last();
        break;
      case 2: disturb(s); break;
      case 3: let_pass(now_ + s[1] % 512 * 1'000); break;
      default:
        for (int n = s[1] % 16; n >= 0; --n) event();
    }
  }

  void write(position octets) {
    const std::vector<std::uint8_t> text(static_cast<std::size_t>(octets));
    sender_.write(text, false);
    pump();
  }

  // A quarter of the packets at most is lost, late or sent twice.
  void disturb(const step& s) {
    auto& way = path_.way(s[3] / 4 % 2 == 1);
    const auto mask = static_cast<std::uint16_t>(s[1] & s[2]);
    switch (s[3] % 4) {
      case 0: way.lost = mask; break;
      case 1: way.late = mask; break;
      case 2: way.twice = mask; break;
      default:
        way = {};
        if (closes_) turn_window(s[1] % 2 == 1);
        if (marks_ && s[1] % 2 == 1) way.marked = marks_all_ ? std::uint16_t{0xffff} : mask;
    }
  }

  // The receiver closes its window, or opens it and says so.
  void turn_window(bool closed) {
    if (closed_ && !closed && heard_.answer) path_.send(heard_, now_);
    closed_ = closed;
  }

  // The next packet arrives, or the next timers expire, all that are due before anything is sent.
  void event() {
    const auto timer_at = sender_timer();
    const auto packet_at = path_.due();
    if (!timer_at && !packet_at) return;
    if (timer_at && (!packet_at || *timer_at <= *packet_at)) {
      now_ = std::max(now_, *timer_at);
      for (std::size_t i = 0; i != timer_set::count && sender_timer() && *sender_timer() <= now_; ++i) expire();
    } else {
      now_ = std::max(now_, *packet_at);
      arrive(path_.take());
    }
    pump();
  }

  void let_pass(microseconds until) {
    for (int i = 0; i != 1'000; ++i) {
      const auto timer_at = sender_timer();
      const auto packet_at = path_.due();
      const bool timer_first = timer_at && *timer_at <= until;
      const bool packet_first = packet_at && *packet_at <= until;
      if (!timer_first && !packet_first) break;
      event();
    }
    now_ = std::max(now_, until);
  }

  [[nodiscard]] std::optional<microseconds> sender_timer() const {
    const auto at = timers_.next();
    return at ? std::optional(at->microseconds()) : std::nullopt;
  }

  void expire() {
    const recovery_moment before = moment();
    const auto due = timers_.take_due(at());
    if (!due) return;
    switch (*due) {
      case timer::retransmission:
        (void)sender_.on_retransmission_timeout(tcb_, static_cast<u32>(mss_), at(), timers_, config_);
        return watch_.timed_out(before, moment(), now_);
      case timer::reordering:
        sender_.on_reordering_timeout(tcb_, static_cast<u32>(mss_), at(), timers_);
        return watch_.reordering_expired(before, moment(), now_);
      case timer::loss_probe:
        sender_.on_probe_timeout(tcb_.snd, at(), timers_, config_);
        return watch_.probe_expired(before, now_);
      case timer::persist: return sender_.on_persist_timeout(tcb_.snd);
      default: return;
    }
  }

  void arrive(const path_packet& p) {
    if (!p.answer) {
      path_packet back;
      back.answer = true;
      back.told = receiver_.take(p.text, p.ticks);
      return path_.send(back, now_);
    }
    heard_ = p;
    if (p.told.ack + (position{1} << 20) < position_of(tcb_.snd.una)) return;
    const recovery_moment before = moment();
    segment<u32> header = header_of(p.told);
    if (p.marked) header.control = header.control.with(control_bits<u32>::ece_bit);
    header.wnd = closed_ ? 0 : 1u << 20;
    const bool was_closed = tcb_.snd.wnd == 0;
    actions<u32> acts;
    take_ack(tcb_, header, acts);
    const bool duplicate = acts.duplicate_ack;
    acts.duplicate_ack = duplicate && hears_duplicates;
    std::optional<duration> trip;
    if (stamps_) trip = duration::milliseconds(clock() - p.told.echoed);
    auto timed = sender_.timed();
    const bool sampled = sender_.rtt().sampled();
    auto sample = timed.acknowledged(tcb_.snd.una, header.options.sack,
                                     header.options.ts ? std::optional(header.options.ts->echo) : std::nullopt, at());
    auto twin = sender_;
    timer_set undisturbed = timers_;
    sender_.on_ack(tcb_, header, acts, was_closed, static_cast<u32>(mss_), trip, at(), timers_, config_);
    // The first sample is SRTT (RFC 6298 section 2.2).
    if (!sampled && sender_.rtt().sampled()) sample = sender_.rtt().smoothed();
    if (was_closed && tcb_.snd.wnd != 0) {
      if (deaf_) timers_.stop(timer::reordering);
      if (deaf_) timers_.stop(timer::loss_probe);
      acts.window_opened = false;
      twin.on_ack(tcb_, header, acts, false, static_cast<u32>(mss_), trip, at(), undisturbed, config_);
      watch_.reopened(sender_.recovery().head_due(), {due(timer::reordering), due(timer::loss_probe)},
                      {due(timer::reordering, undisturbed), due(timer::loss_probe, undisturbed)});
    }
    // One that was overtaken and reports nothing is ignored (RFC 9293 section 3.10.7.4), so it begins no new step here.
    if (acts.acked == 0 && !duplicate && header.options.sack.count == 0) return watch_.check(moment(), now_);
    heard_acknowledgment told;
    told.ack = p.told.ack;
    told.blocks = p.told.blocks;
    told.duplicate = p.told.duplicate;
    if (stamps_) told.echoed = p.told.echoed;
    told.is_duplicate = duplicate;
    if (sample) told.sample = sample->count();
    told.marked = p.marked;
    watch_.acknowledged(told, before, moment(), now_);
  }

  [[nodiscard]] static bool before_sequence(sequence_number<u32> a, sequence_number<u32> b) { return before(a, b); }

  [[nodiscard]] segment<u32> header_of(const path_answer& told) const {
    segment<u32> header;
    header.seq = tcb_.snd.wl1;
    header.ack = wire(told.ack);
    header.control = control_bits<u32>(control_bits<u32>::ack_bit);
    header.wnd = tcb_.snd.wnd;
    const auto push = [&](const octet_range& r) { (void)header.options.sack.push({wire(r.first), wire(r.last)}); };
    if (told.duplicate) push(*told.duplicate);
    for (const octet_range& r : told.blocks) push(r);
    if (stamps_) {
      header.options.ts = timestamps<u32>{sequence_number<u32>(0), sequence_number<u32>(static_cast<u32>(told.echoed))};
    }
    return header;
  }

  // Everything that may be sent now is sent.
  void pump() {
    const auto mss = static_cast<u32>(mss_);
    for (;;) {
      sender_.leave_idleness(tcb_.snd, mss, at());
      text_to_send run;
      if (!sender_.next(tcb_, mss, mss, false, run)) break;
      const recovery_moment before = moment();
      const bool probe = sender_.recovery().probe_due() && !sender_.recovery().head_due();
      const auto ticks = sequence_number<u32>(static_cast<u32>(clock()));
      sender_.sent(run, at(), ticks, sack_, timers_, config_);
      const position first = position_of(run.seq);
      const octet_range text{first, first + run.length};
      if (!run.again) tcb_.snd.nxt = run.seq + run.length;
      watch_.sent(text.first, text.last, run.again, probe, before, now_, clock());
      path_.send({false, text, clock(), {}}, now_);
      watch_.check(moment(), now_);
    }
    sender_.settle(tcb_, static_cast<u32>(mss_), at(), timers_, config_);
  }

  [[nodiscard]] recovery_moment moment() const {
    const auto& recovery = sender_.recovery();
    recovery_moment m;
    m.una = position_of(tcb_.snd.una);
    m.nxt = position_of(tcb_.snd.nxt);
    m.recover = position_of(recovery.recover());
    m.unsent = position_of(sender_.end()) - m.nxt;
    m.sacked = recovery.board().sacked();
    m.pipe = recovery.pipe();
    m.window = sender_.congestion().window();
    m.threshold = sender_.congestion().threshold();
    m.open = recovery.phase() == recovery_phase::open;
    m.repairs = recovery.phase() == recovery_phase::recovery;
    m.lowered_at = recovery.lowered_at();
    m.reductions = sender_.congestion().reductions;
    m.undone = sender_.congestion().undone;
    m.min_rtt = recovery.recent().min_round_trip().value_or(0);
    m.srtt = sender_.rtt().smoothed().count();
    m.rttvar = sender_.rtt().variation().count();
    m.timeout = sender_.rtt().timeout().count();
    m.retransmission_at = due(timer::retransmission);
    m.reordering_at = due(timer::reordering);
    if (recovery.may_probe()) m.probe_at = due(timer::loss_probe);  // else nothing comes of it
    const auto runs = recovery.board().view();
    for (std::size_t i = 0; i != runs.size(); ++i) {
      if (runs[i].fate != run_fate::lost) continue;
      m.lost.push_back({position_of(runs[i].first), position_of(recovery.board().last_of(i))});
    }
    return m;
  }

  [[nodiscard]] std::optional<microseconds> due(timer t) const { return due(t, timers_); }
  [[nodiscard]] static std::optional<microseconds> due(timer t, const timer_set& timers) {
    const auto at = timers.due(t);
    return at ? std::optional(at->microseconds()) : std::nullopt;
  }
  [[nodiscard]] instant at() const { return instant::from_microseconds(now_); }
  [[nodiscard]] std::int64_t clock() const { return now_ / 1'000; }
  [[nodiscard]] sequence_number<u32> wire(position x) const { return tcb_.snd.iss + static_cast<u32>(x); }
  [[nodiscard]] position position_of(sequence_number<u32> x) const {
    return static_cast<std::int32_t>(x - tcb_.snd.iss);
  }

  static constexpr microseconds ways[] = {100'000, 50'000, 200'000, 20'000, 5'000, 1'000, 100};
  static constexpr microseconds extras[] = {1, 2, 4, 8, 20, 60};  // quarters of the way

  bool sack_;
  bool stamps_;
  position mss_;
  microseconds one_way_;
  simulated_receiver receiver_;
  simulated_path path_;
  connection_config config_;
  recovery_watch watch_;
  std::vector<std::array<u32, 3>> history_;
  bool spikes_ = false;     // the path stands still now and then
  bool marks_ = false;      // acknowledgments may echo congestion
  bool closes_ = false;     // the window is closed now and then
  bool closed_ = false;     // now
  path_packet heard_{};     // the latest answer
  bool deaf_ = false;       // when it opens again, what waits for losses is forgotten
  bool marks_all_ = false;  // for a while all of them
  microseconds now_ = 1'000'000;
  control_block<u32> tcb_{};
  timer_set timers_{};
  sender_type sender_{};
};

}  // namespace sequent::property
