// A connection at rest, without its buffers and tables: what a host with very many idle connections keeps of each.
// implements: sleeping
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sequent/config.hpp"
#include "sequent/connection.hpp"
#include "sequent/connection/internals.hpp"
#include "sequent/core/predict.hpp"

namespace sequent {

/// What is left of a connection, established or half closed, that has nothing to send, to wait for, to deliver or to
/// tell. A value; a connection that is made from it goes on as the first would have, with the settings that it had been
/// given: Nagle, keep-alives, user timeout. Everything is constant time.
template <class Policy = default_policy>
class dormant {
 public:
  using connection_type = connection<Policy>;

  /// Nothing of this connection would be lost: it is quiet, its buffers and tables are empty, no timer runs but the
  /// keep-alive's, nobody has closed it for good, and no keep-alive probe is unanswered.
  [[nodiscard]] static constexpr bool can_hold(const connection_type& c) noexcept {
    return connection_internals::quiet(c) && at_rest(c.sender_) && at_rest(c.receiver_) && !c.nobody_reads_ &&
           c.keep_alives_ == 0 && c.timers_.none_but(timer::keep_alive);
  }

  dormant() noexcept = default;
  /// can_hold(c)
  explicit dormant(const connection_type& c) noexcept
      : tcb_(c.tcb_),
        keep_alive_(c.timers_.due(timer::keep_alive).value_or(end_of_time)),
        last_sent_(c.sender_.last_sent_.value_or(end_of_time)),
        measures_(c.sender_.rtt_.known()),
        congestion_(c.sender_.congestion_),
        pacing_(c.sender_.pacing_),
        path_(c.path_),
        tuning_(c.receiver_.tuning_),
        rack_(c.sender_.recovery_.rack_.lasting()),
        doubt_(c.sender_.recovery_.doubt_),
        probe_(c.sender_.recovery_.probe_),
        recover_(c.sender_.recovery_.recover_),
        user_timeout_(brief(c.config_.user_timeout)),
        unsent_from_(c.sender_.unsent_from_),
        response_(c.sender_.ecn_),
        largest_text_(static_cast<std::uint16_t>((std::min)(c.receiver_.largest_text_, 0xffffu))),
        last_icmp_(c.last_icmp_.value_or(icmp_report{})),
        echo_(c.echo_),
        fast_open_(c.fast_open_),
        counters_(c.counters_),
        trace_(c.trace_),
        probes_(c.sender_.probes_),
        icmp_known_(c.last_icmp_.has_value()),
        nagle_(c.config_.nagle),
        keeps_alive_(c.config_.keep_alive.enabled),
        syn_lost_(c.sender_.syn_lost_),
        syn_sent_(c.sender_.syn_sent_),
        reports_seen_(c.sender_.recovery_.reports_seen_) {
    SEQUENT_ASSERT(can_hold(c));
  }

  /// Lets `c` go on from here. It was made with the same configuration, settings aside, for buffers of the same size,
  /// and has done nothing yet.
  void wake(connection_type& c) const noexcept {
    c.tcb_ = tcb_;
    c.config_.nagle = nagle_;
    c.config_.keep_alive.enabled = keeps_alive_;
    c.config_.user_timeout = timeout();
    c.stream_ended_ = tcb_.state == connection_state::close_wait;  // and everything before its end has been read
    if (icmp_known_) c.last_icmp_ = last_icmp_;
    if (keep_alive_ != end_of_time) c.timers_.start(timer::keep_alive, keep_alive_);
    c.path_ = path_;
    c.echo_ = echo_;
    c.fast_open_ = fast_open_;
    c.counters_ = counters_;
    c.trace() = trace_;
    c.receiver_.start();
    c.receiver_.tuning_ = tuning_;
    c.receiver_.largest_text_ = largest_text_;
    auto& sender = c.sender_;
    sender.first_ = tcb_.snd.fin_sent ? tcb_.snd.nxt - 1u : tcb_.snd.nxt;  // a FIN is no octet of the ring
    sender.small_until_ = tcb_.snd.nxt;
    sender.rtt_ = rtt_estimator(c.config_.rto, measures_);
    sender.congestion_ = congestion_;
    sender.pacing_ = pacing_;
    sender.unsent_from_ = unsent_from_;
    sender.ecn_ = response_;
    if (last_sent_ != end_of_time) sender.last_sent_ = last_sent_;
    sender.probes_ = probes_;
    sender.syn_lost_ = syn_lost_;
    sender.syn_sent_ = syn_sent_;
    auto& recovery = sender.recovery_;
    recovery.start(tcb_.snd.nxt);
    recovery.rack_.start(tcb_.snd.nxt, rack_);
    recovery.doubt_ = doubt_;
    recovery.probe_ = probe_;
    recovery.recover_ = recover_;
    recovery.reports_seen_ = reports_seen_;
  }

  /// A segment that a connection in this state would pass over but for the control block and the keep-alive timer: most
  /// are answers to keep-alives of the peer's. Applies it as connection::on_segment() would, and says so; any other is
  /// left alone, and wants the connection awake. `config`: the connection's.
  [[nodiscard]] bool arrives(const segment<u32>& header, const connection_config& config, instant now) noexcept {
    if (header.text_length != 0) return false;
    actions<u32> step;
    if (!arrives_as_predicted(tcb_, header, now, step)) return false;
    if (tcb_.ecn) echo_.arrived(header.control, ecn_codepoint::not_capable, false);
    if (keeps_alive_) keep_alive_ = now + config.keep_alive.idle;
    if constexpr (Policy::trace::enabled) tell(header, config, now);
    return true;
  }

  /// As the calls of connection. A user timeout is kept in whole milliseconds, rounded up, and at most 49 days.
  void set_nagle(bool on) noexcept { nagle_ = on; }
  void set_keep_alive(bool on, const connection_config& config, instant now) noexcept {
    keeps_alive_ = on;
    keep_alive_ = on ? now + config.keep_alive.idle : end_of_time;
  }
  void set_user_timeout(std::optional<duration> timeout) noexcept { user_timeout_ = brief(timeout); }

  /// When it has to be woken, if ever: the keep-alive timer.
  [[nodiscard]] std::optional<instant> next_deadline() const noexcept {
    return keep_alive_ == end_of_time ? std::nullopt : std::optional(keep_alive_);
  }
  [[nodiscard]] const control_block<u32>& tcb() const noexcept { return tcb_; }
  [[nodiscard]] const typename Policy::statistics& counters() const noexcept { return counters_; }
  /// As connection::trace().
  [[nodiscard]] typename Policy::trace& trace() noexcept { return trace_; }

 private:
  // What was heard in sleep: nothing is in the network.
  void tell(const segment<u32>& header, const connection_config& config, instant now) noexcept {
    if (trace_.sink == nullptr) return;
    trace_event what = detail::event_of(trace_kind::heard, cause::fresh, header);
    const rtt_estimator rtt(config.rto, measures_);
    what.at = now;
    what.state = tcb_.state;
    what.congestion_window = congestion_.window();
    what.slow_start_threshold = congestion_.threshold();
    what.round_trip = rtt.smoothed();
    what.timeout = rtt.timeout();
    (*trace_.sink)(what);
  }
  [[nodiscard]] static constexpr bool at_rest(const typename connection_type::send_half& s) noexcept {
    const auto& recovery = s.recovery_;
    return !s.urgent_until_ && !s.timed_.running() && !s.force_ && s.attempts_ == 0 &&
           recovery.phase_ == recovery_phase::open && recovery.board_.view().empty() && !recovery.head_due_;
  }
  [[nodiscard]] static constexpr bool at_rest(const typename connection_type::receive_half& r) noexcept {
    return r.unread_ == 0 && r.held_.empty() && r.recent_count_ == 0 && r.repeated_.empty();
  }

  static constexpr u32 no_timeout = 0xffff'ffffu;
  [[nodiscard]] static constexpr u32 brief(std::optional<duration> timeout) noexcept {
    if (!timeout) return no_timeout;
    const std::int64_t whole = timeout->count() / 1'000 + (timeout->count() % 1'000 != 0 ? 1 : 0);
    return static_cast<u32>(std::clamp<std::int64_t>(whole, 0, no_timeout - 1));
  }
  [[nodiscard]] constexpr std::optional<duration> timeout() const noexcept {
    return user_timeout_ == no_timeout ? std::nullopt : std::optional(duration::milliseconds(user_timeout_));
  }

  control_block<u32> tcb_{};
  instant keep_alive_ = end_of_time;
  instant last_sent_ = end_of_time;
  rtt_estimator::measures measures_{};
  typename Policy::congestion_control congestion_{};
  [[no_unique_address]] typename Policy::pacing pacing_{};
  path_mtu path_{};
  window_tuning tuning_{};
  rack::memory rack_{};
  spurious_detector doubt_{};
  tail_probe probe_{};
  sequence_number<u32> recover_{};
  u32 user_timeout_ = no_timeout;  // milliseconds
  sequence_number<u32> unsent_from_{};
  ecn_response response_{};
  std::uint16_t largest_text_ = 0;
  icmp_report last_icmp_{};
  ecn_echo echo_{};
  [[no_unique_address]] typename Policy::fast_open fast_open_{};
  [[no_unique_address]] typename Policy::statistics counters_{};
  [[no_unique_address]] typename Policy::trace trace_{};
  std::uint8_t probes_ = 0;
  bool icmp_known_ : 1 = false;
  bool nagle_ : 1 = true;
  bool keeps_alive_ : 1 = false;
  bool syn_lost_ : 1 = false;
  bool syn_sent_ : 1 = false;
  bool reports_seen_ : 1 = false;
};

}  // namespace sequent
