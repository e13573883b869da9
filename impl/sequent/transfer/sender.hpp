// The sending half of a connection: the ring, what may be sent now, and what is to be sent again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include "sequent/core/actions.hpp"
#include "sequent/core/transmit.hpp"
#include "sequent/recovery/loss_recovery.hpp"
#include "sequent/tables/ring.hpp"
#include "sequent/transfer/connection_config.hpp"
#include "sequent/transfer/ecn.hpp"
#include "sequent/transfer/pacing.hpp"
#include "sequent/transfer/timers.hpp"

namespace sequent {

/// Queues what the user writes and decides what goes on the wire: the peer's window, congestion control, Nagle and
/// silly-window avoidance, retransmission, zero-window probes.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing = unpaced, class Parts = recovery_parts>
class sender {
 public:
  using recovery_type = loss_recovery<MostRuns, Parts>;

  constexpr sender() noexcept = default;
  constexpr explicit sender(const rto_limits& limits) noexcept : rtt_(limits) {}
  constexpr sender(const Storage& storage, const rto_limits& limits) noexcept : rtt_(limits), ring_(storage) {}

  [[nodiscard]] constexpr std::size_t room() const noexcept { return ring_.capacity() - queued_; }
  [[nodiscard]] constexpr u32 queued() const noexcept { return queued_; }
  /// Has the memory brought near that queued() and first() need.
  constexpr void fetch() const noexcept { fetch_ahead(&first_, sizeof first_ + sizeof queued_); }
  /// Sequence number of the first queued octet.
  [[nodiscard]] constexpr sequence_number<u32> first() const noexcept { return first_; }
  /// Sequence number after the last queued octet: where a FIN would stand.
  [[nodiscard]] constexpr sequence_number<u32> end() const noexcept { return first_ + queued_; }
  [[nodiscard]] constexpr const rtt_estimator& rtt() const noexcept { return rtt_; }
  [[nodiscard]] constexpr const Congestion& congestion() const noexcept { return congestion_; }
  /// When the next text may leave, if pacing is on; `now` otherwise.
  [[nodiscard]] constexpr instant earliest(instant now) const noexcept { return pacing_.earliest(now); }
  [[nodiscard]] constexpr const Pacing& pacing() const noexcept { return pacing_; }
  [[nodiscard]] constexpr const ecn_response& ecn() const noexcept { return ecn_; }
  /// New text with CWR, if that was due, was sent inside the window.
  constexpr void told_of_reduction() noexcept { ecn_.told(); }
  [[nodiscard]] constexpr const recovery_type& recovery() const noexcept { return recovery_; }
  [[nodiscard]] constexpr std::uint8_t attempts() const noexcept { return attempts_; }
  [[nodiscard]] constexpr bool forced() const noexcept { return force_; }
  /// When the override of small segments is due, short_time(), while a closed window stands in its way.
  [[nodiscard]] constexpr std::optional<u32> override_at() const noexcept {
    return overrides_ ? std::optional(override_at_) : std::nullopt;
  }
  [[nodiscard]] constexpr std::optional<sequence_number<u32>> urgent_until() const noexcept { return urgent_until_; }
  [[nodiscard]] constexpr const typename Parts::round_trip& timed() const noexcept { return timed_; }
  /// SND.NXT when the retransmission timer expired, the first time for what was outstanding then.
  [[nodiscard]] constexpr sequence_number<u32> unsent_from() const noexcept { return unsent_from_; }
  [[nodiscard]] constexpr bool syn_lost() const noexcept { return syn_lost_; }
  [[nodiscard]] constexpr bool syn_sent() const noexcept { return syn_sent_; }
  /// A segment of less than full size is outstanding.
  [[nodiscard]] constexpr bool small_outstanding(const send_variables<u32>& snd) const noexcept {
    return small_until_ - snd.una - 1u < snd.nxt - snd.una;
  }
  /// What ends there is new, and smaller than a full segment.
  constexpr void sent_small(sequence_number<u32> last) noexcept { small_until_ = last; }
  /// When text or a FIN was sent last, while that matters: since all of it was acknowledged only if the congestion
  /// window has grown beyond the initial one.
  [[nodiscard]] constexpr std::optional<instant> last_sent() const noexcept { return last_sent_; }
  /// The host was away when the user timeout, or the limit of a closed window, would have run out, and asks once more.
  [[nodiscard]] constexpr bool spares_user_timeout() const noexcept { return spares_user_timeout_; }
  [[nodiscard]] constexpr bool spares_closed_window() const noexcept { return spares_closed_window_; }
  /// How often a timer has expired since the peer closed its window.
  [[nodiscard]] constexpr std::uint8_t probes() const noexcept { return probes_; }

  /// Begins a connection at an ISS; what was queued before the SYN (nothing can be) stays queued.
  constexpr void start(sequence_number<u32> iss, const rto_limits& limits) noexcept {
    first_ = small_until_ = iss + 1u;
    rtt_ = rtt_estimator(limits);
    congestion_ = {};
    pacing_ = {};
    last_sent_.reset();
    probes_ = 0;
    syn_sent_ = false;
    ecn_ = {};
    recovery_.start(iss + 1u);
    break_silence();
    spares_closed_window_ = false;
    force_ = overrides_ = false;
    syn_lost_ = false;
    urgent_until_.reset();
    timed_.stop();
  }

  /// The handshake is complete: congestion control begins with the effective segment size, and with one segment where
  /// the SYN went unanswered twice. Once is no sign of a loss on a path of more than a second (RFC 6928 section 2).
  constexpr void established(u32 mss, std::uint8_t initial_segments = congestion::usual_initial_segments) noexcept {
    congestion_.start(mss, syn_lost_ && attempts_ > 1, initial_segments);
  }

  /// Queues octets; returns how many found room. Linear in their number.
  std::size_t write(std::span<const std::uint8_t> octets, bool urgent) noexcept {
    const std::size_t n = (std::min)(octets.size(), room());
    ring_.put(queued_, octets.first(n));
    queued_ += static_cast<u32>(n);
    if (urgent && n != 0) urgent_until_ = end();
    return n;
  }

  /// Room behind what is queued, up to the end of the ring; commit() queues octets that were written there.
  [[nodiscard]] constexpr std::span<std::uint8_t> free_span() noexcept { return ring_.run_at(queued_, room()); }
  constexpr void commit(std::size_t octets) noexcept { queued_ += static_cast<u32>(octets); }

  /// Copies queued octets to a segment.
  void copy(sequence_number<u32> seq, std::span<std::uint8_t> out) const noexcept { ring_.get(seq - first_, out); }
  /// The same, and returns the sum_octets() of what was copied.
  u32 copy_and_sum(sequence_number<u32> seq, std::span<std::uint8_t> out) const noexcept {
    return ring_.get_and_sum(seq - first_, out);
  }

  /// Forgets everything queued; the connection is gone.
  constexpr void flush() noexcept {
    ring_.drop(queued_);
    queued_ = 0;
    timed_.stop();
    urgent_until_.reset();
    force_ = overrides_ = false;
    break_silence();
    recovery_.stop();
  }

  /// There is nothing to send, now or later, until something happens: next() has nothing, and settle() does nothing.
  [[nodiscard]] constexpr bool idle(const send_variables<u32>& snd) const noexcept {
    return unsent_octets(snd) == 0 && (!snd.fin_asked || snd.fin_sent) && !recovery_.resends() && !force_;
  }

  /// Whether there is something to send now, and if so, in `run`, what. `mss` bounds the text of one segment, `most`
  /// that of a large one (a multiple of the former, or the former). Linear in the runs of the scoreboard while
  /// something is lost, else constant time.
  [[nodiscard]] constexpr bool next(const control_block<u32>& tcb, u32 mss, u32 most, bool nagle,
                                    text_to_send& run) noexcept;

  /// Our timestamp clock has ticked since the SYN was sent that is to be sent again. Where the timer has stopped the
  /// measurement, a timeout has passed that was half as long as the next one.
  [[nodiscard]] constexpr bool syn_is_apart(instant now) const noexcept {
    return (timed_.running() ? now - timed_.since() : rtt_.timeout() / 2) >= timestamp_tick;
  }

  /// The SYN or SYN,ACK has been handed to the network, our timestamp clock standing at `clock`; `apart` says of one
  /// that is sent again that the clock has ticked since it was sent before.
  constexpr void sent_syn(sequence_number<u32> iss, instant now, sequence_number<u32> clock, bool apart,
                          timer_set& timers, const connection_config& config) noexcept {
    timed_.stop();
    if (syn_sent_) {
      timed_.sent_again(iss, iss + 1u, now, clock, apart, false);
      timers.stop(timer::retransmission);  // as for what is sent again later: see sent()
    } else {
      timed_.sent(iss + 1u, now);
    }
    syn_sent_ = true;
    expect_ack(now, timers, config);
  }

  /// Octets of text go out with the SYN (RFC 7413).
  constexpr void sent_with_syn(u32 octets, instant now) noexcept {
    recovery_.sent(first_ + octets, now, rtt_.smoothed());
  }

  /// Text is about to be sent, perhaps after silence: the window may have to start over if nothing was sent for longer
  /// than a timeout, whenever that was acknowledged (RFC 5681 section 4.1), or to be doubted (RFC 7661) where the
  /// congestion control does that.
  constexpr void leave_idleness(const send_variables<u32>& snd, u32 mss, instant now) noexcept {
    if constexpr (requires { congestion_.before_sending(mss, now); }) {
      if (unsent_octets(snd) != 0) congestion_.before_sending(mss, now);
    } else if (last_sent_ && now - *last_sent_ > rtt_.timeout() && unsent_octets(snd) != 0) {
      if (recovery_.phase() == recovery_phase::open) congestion_.after_idle(mss);
    }
  }

  /// A segment with text or FIN has been handed to the network; our timestamp clock stood at `clock`.
  [[gnu::always_inline]] constexpr void sent(const text_to_send& run, instant now, sequence_number<u32> clock,
                                             bool sack, timer_set& timers, const connection_config& config) noexcept {
    const sequence_number<u32> last = run.seq + (run.length + (run.fin ? 1u : 0u));
    const bool probed = recovery_.probe_due();
    if (run.again) {
      const u32 since = recovery_.sent_again(run.seq, last, now, clock);
      const bool apart = std::int64_t{since} >= timestamp_tick.count() && since < half_circle;
      timed_.sent_again(run.seq, last, now, clock, apart, sack);
      // Nothing is sent again sooner than one timeout after it was sent last (RFC 6298 section 5).
      if (run.seq == first_) timers.stop(timer::retransmission);
      if constexpr (requires { congestion_.resent(run.length); }) congestion_.resent(run.length);
    } else {
      if (ecn_.held()) ecn_.release();
      recovery_.sent(last, now, rtt_.smoothed());
      timed_.sent(last, now);
    }
    force_ = overrides_ = false;
    last_sent_ = now;
    if constexpr (bounds_bursts()) congestion_.sent(run.length);
    pacing_.update(congestion_.window(), rtt_.smoothed(), config.send_mss, congestion_.in_slow_start());
    pacing_.sent(run.length, now);
    timers.stop(timer::persist);
    if (probed) timers.stop(timer::retransmission);
    expect_ack(now, timers, config);
    if (sack && !run.again) arm_probe(last - run.seq, now, timers, config);
  }

  /// Something that needs an acknowledgment is outstanding: the timers that watch for it run (RFC 6298 section 5.1).
  constexpr void expect_ack(instant now, timer_set& timers, const connection_config& config) noexcept {
    if (!timers.running(timer::retransmission)) timers.start(timer::retransmission, now + patience(config));
    if (config.user_timeout && !timers.running(timer::user_timeout)) {
      timers.start(timer::user_timeout, now + *config.user_timeout);
    }
  }

  /// Applies what a step found out about acknowledgments from `header`, which was acceptable. `window_was_closed`: the
  /// peer's window was zero before it; `since_echo`: the age of the timestamp that it echoes, if it does.
  constexpr void on_ack(const control_block<u32>& tcb, const segment<u32>& header, const actions<u32>& step,
                        bool window_was_closed, u32 mss, const std::optional<duration>& since_echo, instant now,
                        timer_set& timers, const connection_config& config) noexcept;

  /// The reordering timer expired.
  constexpr void on_reordering_timeout(const control_block<u32>& tcb, u32 mss, instant now, timer_set& timers) noexcept;

  /// The probe timer expired. A closed window is probed by other timers, and a window of one segment in which
  /// congestion was echoed is the retransmission timer's (RFC 3168 section 6.1.2).
  constexpr void on_probe_timeout(const send_variables<u32>& snd, instant now, timer_set& timers,
                                  const connection_config& config) noexcept {
    if (snd.wnd == 0 || ecn_.held() || !recovery_.on_probe_timeout()) return;
    timers.stop(timer::retransmission);  // it starts over behind a probe (RFC 8985 section 7.3)
    expect_ack(now, timers, config);
  }

  /// The retransmission timer expired with something outstanding. Says how often that has now happened in a row.
  constexpr std::uint8_t on_retransmission_timeout(const control_block<u32>& tcb, u32 mss, instant now,
                                                   timer_set& timers, const connection_config& config) noexcept;

  /// The SYN or SYN,ACK was not answered in time.
  constexpr std::uint8_t on_syn_timeout(instant now, timer_set& timers, const connection_config& config) noexcept;

  /// Everything outstanding is to be sent again as the congestion window allows, and not for congestion: the peer could
  /// not take it before the handshake was complete. Once for each connection.
  constexpr void send_again(const send_variables<u32>& snd, instant now, timer_set& timers,
                            const connection_config& config) noexcept;

  /// The path takes only smaller segments now, of `mss` octets of text: the first of what is outstanding goes out
  /// again, and what follows it as in slow start, to where the window is now (RFC 1191 section 6.4). A recovery that is
  /// under way goes on as it is.
  constexpr void on_smaller_path(const send_variables<u32>& snd, u32 mss, instant now, timer_set& timers,
                                 const connection_config& config) noexcept;

  /// The path takes only smaller segments now, as the timer that has just expired says: what is still thought to be on
  /// its way was too large as well, and would hold back its own repair.
  constexpr void give_up_large() noexcept { recovery_.give_up_rest(); }

  /// Segments carry `mss` octets of text from now on instead of `former`: the window shrinks as they do, or it would
  /// leave as a burst of small ones (RFC 5681 section 3.1, RFC 4821 section 5.2). That of a recovery is steered by PRR,
  /// octet by octet, so there it is what the recovery leads to that shrinks.
  constexpr void shrink_window(u32 former, u32 mss) noexcept;

  /// Segments have grown: a window of less than one would let nothing go.
  constexpr void hold_one(u32 mss) noexcept {
    if (congestion_.window() < mss) congestion_.set_window(mss);
  }

  /// The persist timer expired: one octet goes out although the window is closed, or a small segment although it is
  /// silly.
  constexpr void on_persist_timeout(const send_variables<u32>& snd) noexcept {
    force_ = true;
    if (snd.wnd == 0) count_probe();
  }

  /// The host was away: timers have been due since `missed`, and nobody came.
  constexpr void after_absence(instant missed, instant now, timer_set& timers) noexcept;

  /// After everything that could be sent has been sent: if something is left and nothing is outstanding whose
  /// acknowledgment would set it going, the persist timer must (RFC 9293 sections 3.8.6.1 and 3.8.6.2.1).
  constexpr void settle(const control_block<u32>& tcb, u32 mss, instant now, timer_set& timers,
                        const connection_config& config) noexcept {
    const send_variables<u32>& snd = tcb.snd;
    watch_window(snd, mss, now, timers, config);
    const bool left = unsent_octets(snd) != 0 || (snd.fin_asked && !snd.fin_sent);
    if (!left || !(snd.una == snd.nxt)) return;
    if (ecn_.held()) return timers.start(timer::persist, ecn_.held_until());
    // What runs goes on running, whatever arrives meanwhile: else a peer that sends often enough would hold small
    // segments back for ever.
    const instant due = now + (snd.wnd == 0 ? patience(config) : config.silly_window_override);
    const auto runs_until = timers.due(timer::persist);
    if (!runs_until || due < *runs_until) timers.start(timer::persist, due);
  }

  /// Starts or stops the clock that bounds how long the peer may keep its window closed, if there is one.
  constexpr void watch_window(const send_variables<u32>& snd, u32 mss, instant now, timer_set& timers,
                              const connection_config& config) noexcept;

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    timed_.rebase(elapsed);
    if (last_sent_) last_sent_ = *last_sent_ - elapsed;
    override_at_ -= overrides_ ? static_cast<u32>(static_cast<std::uint64_t>(elapsed.count())) : 0;
    ecn_.rebase(elapsed);
    recovery_.rebase(elapsed);
    congestion_.rebase(elapsed);
    pacing_.rebase(elapsed);
  }

 private:
  // Queued octets that have never been sent.
  [[nodiscard]] constexpr u32 unsent_octets(const send_variables<u32>& snd) const noexcept {
    return snd.fin_sent ? 0 : end() - snd.nxt;
  }

  // Without pacing, a window of which nobody knows what it says must not leave in one burst (RFC 7661 section 4.4.2).
  [[nodiscard]] static constexpr bool bounds_bursts() noexcept {
    return std::is_same_v<Pacing, unpaced> && requires(Congestion & c) { c.burst_room(u32{}); };
  }

  // The timeout at present. While the peer's window is closed it is twice as long for each probe, whatever became of
  // the earlier ones (SHLD-30).
  [[nodiscard]] constexpr duration patience(const connection_config& config) const noexcept {
    return (std::min)(config.rto.most, rtt_.timeout() * (std::int64_t{1} << probes_));
  }
  constexpr void break_silence() noexcept {
    attempts_ = 0;
    spares_user_timeout_ = false;
  }
  constexpr void count_probe() noexcept {
    if (probes_ != max_probes) ++probes_;
  }
  constexpr void restart_retransmission(instant now, timer_set& timers, const connection_config& config) noexcept {
    timed_.stop();
    timers.stop(timer::retransmission);
    timers.stop(timer::reordering);
    timers.stop(timer::loss_probe);
    expect_ack(now, timers, config);
  }
  constexpr void on_window_reopened(const send_variables<u32>& snd, instant now, timer_set& timers,
                                    const connection_config& config) noexcept;
  constexpr void on_window_closed(timer_set& timers) noexcept;

  [[nodiscard]] constexpr text_to_send sent_before(const send_variables<u32>& snd, sequence_number<u32> at,
                                                   sequence_number<u32> until, u32 mss) const noexcept;
  [[nodiscard]] constexpr bool resend(const send_variables<u32>& snd, sequence_number<u32> at,
                                      sequence_number<u32> until, u32 mss, bool nagle, text_to_send& run) noexcept;
  [[nodiscard]] constexpr text_to_send tail(const send_variables<u32>& snd, u32 mss) const noexcept;
  [[nodiscard]] constexpr bool unsent(const send_variables<u32>& snd, u32 mss, u32 most, bool nagle,
                                      text_to_send& run) const noexcept;
  constexpr std::optional<duration> take_sample(const send_variables<u32>& snd, const sack_blocks<u32>& blocks,
                                                const std::optional<sequence_number<u32>>& echo, instant now) noexcept;
  constexpr void drop_acknowledged(const send_variables<u32>& snd) noexcept;
  constexpr void recover_from(const control_block<u32>& tcb, const segment<u32>& header, const actions<u32>& step,
                              u32 mss, const std::optional<sequence_number<u32>>& echo,
                              const std::optional<duration>& since_echo, const std::optional<duration>& measured,
                              instant now, timer_set& timers) noexcept;
  constexpr void answer_echo(const send_variables<u32>& snd, const segment<u32>& header, u32 acked, u32 mss,
                             instant now, timer_set& timers, const connection_config& config) noexcept;
  constexpr void arm_probe(u32 last_length, instant now, timer_set& timers, const connection_config& config) noexcept;
  constexpr void restart_timers(const control_block<u32>& tcb, u32 mss, instant now, timer_set& timers,
                                const connection_config& config) noexcept;

  template <class>
  friend class dormant;

  static constexpr std::uint8_t max_probes = 16;  // beyond it no timeout is shorter than its upper limit

  // First what fetch() asks for.
  sequence_number<u32> first_{};
  u32 queued_ = 0;
  rtt_estimator rtt_{};
  Congestion congestion_{};
  [[no_unique_address]] Pacing pacing_{};
  ecn_response ecn_{};
  std::optional<sequence_number<u32>> urgent_until_{};
  typename Parts::round_trip timed_{};
  std::uint8_t attempts_ = 0;
  bool spares_user_timeout_ = false;   // in this silence
  bool spares_closed_window_ = false;  // while this window is closed
  bool force_ = false;
  bool syn_lost_ = false;
  bool syn_sent_ = false;
  std::uint8_t probes_ = 0;
  bool overrides_ = false;              // the peer has closed its window over a small segment that was held back
  u32 override_at_ = 0;                 // until then
  sequence_number<u32> unsent_from_{};  // SND.NXT at the latest first timeout
  sequence_number<u32>
      small_until_{};  // where the latest small segment ends; beyond what is outstanding it says nothing
  std::optional<instant> last_sent_{};
  recovery_type recovery_{};
  ring<Storage> ring_{};
};

}  // namespace sequent

#include "sequent/transfer/sender_input.inl.hpp"
#include "sequent/transfer/sender_path.inl.hpp"
#include "sequent/transfer/sender_text.inl.hpp"
