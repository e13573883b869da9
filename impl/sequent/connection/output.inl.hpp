// What leaves a connection: the next segment to send. Part of connection.hpp, which includes it.
// implements: large-segments
#pragma once

#include "sequent/connection.hpp"

namespace sequent {

// Our timestamp clock.
template <class Policy>
u32 connection<Policy>::clock(instant now) const noexcept {
  constexpr auto tick = static_cast<std::uint64_t>(timestamp_tick.count());
  return static_cast<u32>(static_cast<std::uint64_t>(now.microseconds()) / tick) + config_.timestamp_offset;
}

// The most text that a segment of the peer carries beside the options that all of them have.
template <class Policy>
u32 connection<Policy>::full_text() const noexcept {
  const u32 options = tcb_.ts.enabled ? 12 : 0;
  return (std::max)(u32{config_.receive_mss}, options + 1u) - options;
}

// MUST-39: the right edge moves by a segment or half the buffer, whichever is less. Windows on SYN are not scaled.
template <class Policy>
window_offer<u32> connection<Policy>::offer(bool unscaled) const noexcept {
  const u32 room = receiver_.offerable();
  const u32 worthwhile = (std::max)(u32{1}, (std::min)(full_text(), receiver_.tuning().limit() / 2));
  return offer_window(tcb_.rcv, room, worthwhile, unscaled);
}

// The last touches that every segment of a connection gets; it counts as sent.
template <class Policy>
template <class Header>
void connection<Policy>::finish(Header& header, const window_offer<u32>& window) noexcept {
  header.source_port = config_.local_port;
  header.destination_port = config_.remote_port;
  header.wnd = window.field;
  const auto urgent = sender_.urgent_until();
  if (urgent && !header.control.syn() && before(header.seq, *urgent)) {
    // MUST-62; what lies further ahead than the field reaches is pointed at by later segments (MUST-31).
    header.control = header.control.with(control_bits<u32>::urg_bit);
    header.up = (std::min)(*urgent - header.seq, u32{0xffff});
  }
  if (echo_.due() && !header.control.syn()) header.control = header.control.with(control_bits<u32>::ece_bit);
  note_sent(tcb_, header.seq, header.text_length + header.control.length(), header.control, window.wnd);
  if (header.control.ack()) {
    ack_due_ = false;
    timers_.stop(timer::delayed_ack);
  }
}

template <class Policy>
result<void> connection<Policy>::copy_text(const segment<u32>& header, std::span<std::uint8_t> out) const noexcept {
  const sequence_number<u32> first = first_of_text(header);
  const u32 before_it = first - sender_.first();
  const u32 queued = sender_.queued();
  const bool there = before_it <= queued && header.text_length <= queued - before_it;
  if (!there || out.size() < header.text_length) return error::bad_argument;
  sender_.copy(first, out.first(header.text_length));
  return {};
}

template <class Policy>
std::optional<outgoing_segment> connection<Policy>::next_segment(instant now, u32 max_text) noexcept {
  std::optional<outgoing_segment> next(std::in_place);
  if (reset_due_ || owes_handshake()) {
    next_control(now, max_text, next->header);
    return next;
  }
  plain_segment plain;
  if (next_plain(now, max_text, plain)) {
    expand(plain, *next);
  } else {
    next.reset();
  }
  return next;
}

// Fills in the RST or SYN that is due. `header` is as new.
template <class Policy>
void connection<Policy>::next_control(instant now, u32 max_text, segment<u32>& header) noexcept {
  [[maybe_unused]] const cause why = reset_due_ ? cause::reset : cause::handshake;
  if (reset_due_) {
    next_reset(now, header);
  } else {
    next_syn(now, max_text, header);
  }
  if constexpr (Policy::trace::enabled) tell(detail::event_of(trace_kind::sent, why, header), now);
}

// Fills in the next segment to send where neither is due; says whether there is one. `next` is as new.
template <class Policy>
[[gnu::always_inline]] inline bool connection<Policy>::next_plain(instant now, u32 max_text,
                                                                  plain_segment& next) noexcept {
  if (tcb_.state < connection_state::syn_received) return false;
  if (tcb_.syn_pending()) {
    if constexpr (Policy::fast_open::enabled) {
      if (may_answer_early() && next_text(now, max_text, next)) return true;
    }
  } else if (!sender_.idle(tcb_.snd)) {
    if (next_text(now, max_text, next)) return true;
    sender_.settle(tcb_, effective_mss(), now, timers_, config_);
  }
  return next_ack(now, next);
}

// Adds the report that is asked for. `next` is as new.
template <class Policy>
void connection<Policy>::expand(const plain_segment& from, outgoing_segment& next) noexcept {
  from.header.expand(next.header);
  next.ecn = from.ecn;
  if (!from.report) return;
  next.header.options.sack = receiver_.sack(tcb_.rcv.nxt);
  if (next.header.options.sack.count != 0) receiver_.reported();
}

template <class Policy>
void connection<Policy>::next_reset(instant now, segment<u32>& header) noexcept {
  header.source_port = config_.local_port;
  header.destination_port = reset_due_->to_port;
  header.seq = reset_due_->seq;
  header.control = control_bits<u32>(control_bits<u32>::rst_bit);
  if (reset_due_->ack) {
    header.ack = *reset_due_->ack;
    header.control = header.control.with(control_bits<u32>::ack_bit);
  }
  if (reset_due_->echo) {
    const u32 value = reset_due_->answers ? 0u : clock(now);
    header.options.ts = timestamps<u32>{sequence_number<u32>(value), *reset_due_->echo};
  }
  reset_due_.reset();
}

template <class Policy>
void connection<Policy>::next_syn(instant now, [[maybe_unused]] u32 max_text, segment<u32>& header) noexcept {
  syn_due_ = false;
  // No answer to a SYN that asks for ECN: something on the path may drop such SYNs (RFC 3168 section 6.1.1.1).
  if (tcb_.state == connection_state::syn_sent && tcb_.offer.ecn && sender_.syn_sent()) tcb_.plain_syn = true;
  const window_offer<u32> window = offer(true);
  compose_syn(tcb_, window.field, clock(now), header);
  if constexpr (Policy::fast_open::enabled) add_fast_open(now, max_text, header);
  sender_.sent_syn(header.seq, now, sequence_number<u32>(clock(now)), sender_.syn_is_apart(now), timers_, config_);
  finish(header, window);
}

// RFC 7413 section 4.2.2: the first SYN carries the option and, behind a cookie, as much text as a segment of the
// server's size has room for beside its options. All options together just fit a header.
template <class Policy>
void connection<Policy>::add_fast_open(instant now, u32 max_text, segment<u32>& header) noexcept {
  header.options.fast_open = fast_open_.take_option(header.control.ack());
  if (header.control.ack()) {
    fast_open_.sent_early(config_.ip_header_octets + header_length + options_length(header.options));
  }
  if (!header.options.fast_open || header.control.ack() || header.options.fast_open->is_request()) return;
  const u32 theirs = fast_open_.known_mss() != 0 ? fast_open_.known_mss() : config_.default_peer_mss;
  const u32 full = (std::min)(theirs, path_.largest_text());
  const auto options = static_cast<u32>(options_length(header.options));
  const u32 length = (std::min)({sender_.queued(), full > options ? full - options : 0, max_text});
  if (length == 0) return;
  header.text_length = length;
  if (length == sender_.queued()) header.control = header.control.with(control_bits<u32>::psh_bit);
  sender_.sent_with_syn(length, now);
  sender_.sent_small(header.seq + 1u + length);
  if constexpr (Policy::statistics::enabled) counters_.sent(length, false);
  path_.on_sent(header.seq + 1u + length, length + options);
  fast_open_.sent_text();
  tcb_.fast_opened = true;
}

// Whether text may go out although the handshake is not complete. After a timeout nothing but the SYN,ACK goes out.
template <class Policy>
bool connection<Policy>::may_answer_early() const noexcept {
  return tcb_.fast_opened && tcb_.passive && !sender_.syn_lost() && !sender_.idle(tcb_.snd);
}

// The most text of a segment before the handshake is complete: as much as the peer's SYN has paid for.
template <class Policy>
u32 connection<Policy>::early_text(u32 report) const noexcept {
  if constexpr (Policy::fast_open::enabled) {
    const u32 headers = config_.ip_header_octets + u32{header_length} + (tcb_.ts.enabled ? 12u : 0u) + report;
    return fast_open_.early_room() > headers ? fast_open_.early_room() - headers : 0;
  }
  return 0;
}

// How many octets of options a report of what arrived out of order takes on a segment with text (RFC 2018 section 4);
// none if it would take half of the segment.
template <class Policy>
u32 connection<Policy>::report_length(u32 mss) const noexcept {
  if (!tcb_.sack_permitted || !receiver_.has_report()) return 0;
  segment_options<u32> reported;
  reported.sack.count = static_cast<std::uint8_t>(receiver_.report_blocks(tcb_.rcv.nxt));
  const auto length = static_cast<u32>(options_length(reported));
  return length > mss / 2 ? 0 : length;
}

// The control bits and the codepoint of a segment with text, where ECN is in use: ECT and a CWR that is due on new text
// alone, and neither on what probes a closed window (RFC 3168 sections 6.1.2, 6.1.5 and 6.1.6).
template <class Policy>
u32 connection<Policy>::tell_of_congestion(const text_to_send& run, ecn_codepoint& mark) noexcept {
  const u32 reach = run.seq + run.length - tcb_.snd.una;
  if (run.again || run.length == 0 || reach > tcb_.snd.wnd) return 0;
  mark = ecn_codepoint::capable_0;
  if (!sender_.ecn().cwr_due()) return 0;
  sender_.told_of_reduction();
  return control_bits<u32>::cwr_bit;
}

template <class Policy>
[[gnu::always_inline]] inline bool connection<Policy>::next_text(instant now, u32 max_text,
                                                                 plain_segment& next) noexcept {
  if (path_.grow(now)) [[unlikely]]
    sender_.hold_one(effective_mss());
  const u32 full = effective_mss();
  const u32 report = report_length(full);
  [[maybe_unused]] const bool early = Policy::fast_open::enabled && tcb_.syn_pending();
  const u32 mss = (std::min)({full - report, max_text, early ? early_text(report) : max_text});
  if (mss == 0) return false;
  sender_.leave_idleness(tcb_.snd, full, now);
  // CWR belongs on one segment, not on each of those that a large one is cut into.
  const bool large = config_.large_segments && !early && !(tcb_.may_mark() && sender_.ecn().cwr_due());
  const u32 most = large ? max_text - max_text % mss : mss;
  bool nagle = config_.nagle && (!config_.nagle_modified || sender_.small_outstanding(tcb_.snd));
  if constexpr (Policy::fast_open::enabled) {
    // Only text that is outstanding holds back a small segment, not the SYN,ACK.
    if (early && tcb_.snd.nxt == tcb_.snd.iss + 1u) nagle = false;
  }
  text_to_send run;
  if (!sender_.next(tcb_, mss, most, nagle, run)) return false;
  if constexpr (Policy::fast_open::enabled) {
    if (early) run.fin = false;  // it waits for the handshake (C11)
    if (early && run.length == 0) return false;
  }
  if (!run.again && (run.length < mss || (large && run.push && run.length % mss != 0))) {
    sender_.sent_small(run.seq + run.length);
  }
  u32 extra = 0;
  if (run.fin) extra |= control_bits<u32>::fin_bit;
  if (run.push && run.length != 0) extra |= control_bits<u32>::psh_bit;
  // Until the handshake is complete the peer may still take its offer back (RFC 3168 section 6.1.1.1).
  if (tcb_.may_mark() && !(Policy::fast_open::enabled && early)) extra |= tell_of_congestion(run, next.ecn);
  const window_offer<u32> window = offer(false);
  [[maybe_unused]] cause why = cause::fresh;
  if constexpr (Policy::trace::enabled) why = detail::cause_of(sender_, run, trace_.smaller_path);
  const u32 ticks = clock(now);
  compose(tcb_, run.seq, run.length, control_bits<u32>(extra), window.field, ticks, next.header);
  next.report = report != 0;
  sender_.sent(run, now, sequence_number<u32>(ticks), tcb_.sack_permitted, timers_, config_);
  if constexpr (Policy::fast_open::enabled) {
    if (early) fast_open_.sent_early(config_.ip_header_octets + next.header.length() + run.length);
  }
  if constexpr (Policy::statistics::enabled) counters_.sent(run.length, run.again);
  const u32 first = (std::min)(run.length, mss);
  path_.on_sent(run.seq + first, first + report + (tcb_.ts.enabled ? 12u : 0u));
  finish(next.header, window);
  if constexpr (Policy::trace::enabled) tell(detail::event_of(trace_kind::sent, why, next.header), now);
  if (config_.zero_window) sender_.watch_window(tcb_.snd, full, now, timers_, config_);
  return true;
}

template <class Policy>
bool connection<Policy>::next_ack(instant now, plain_segment& next) noexcept {
  // A window probe that fell due together with the keep-alive has gone out by now and does its work (MUST-26).
  if (!(tcb_.snd.una == tcb_.snd.nxt)) keep_alive_due_ = false;
  if (!ack_due_ && !keep_alive_due_) return false;
  // A keep-alive probe repeats an octet that the peer has acknowledged, so the peer must answer (SHLD-12).
  const bool probe = keep_alive_due_ && !ack_due_;
  keep_alive_due_ = false;
  const window_offer<u32> window = offer(false);
  compose(tcb_, probe ? tcb_.snd.nxt - 1u : tcb_.snd.nxt, u32{0}, control_bits<u32>{}, window.field, clock(now),
          next.header);
  next.report = tcb_.sack_permitted && receiver_.has_report();
  if constexpr (Policy::statistics::enabled) counters_.sent_ack();
  finish(next.header, window);
  if constexpr (Policy::trace::enabled) {
    tell(detail::event_of(trace_kind::sent, probe ? cause::keep_alive : cause::acknowledgment, next.header), now);
  }
  return true;
}

// Copies queued text to a segment, and sums it up if this library makes the checksum.
template <class Policy>
[[gnu::always_inline]] inline u32 connection<Policy>::write_text(sequence_number<u32> first,
                                                                 std::span<std::uint8_t> out) const noexcept {
  if (out.empty()) return 0;
  if (config_.checksum == checksum_by::library) return sender_.copy_and_sum(first, out);
  sender_.copy(first, out);
  return 0;
}

// Writes a segment and says what it is.
template <class Policy>
[[gnu::always_inline]] inline void connection<Policy>::write_plain(const plain_segment& next,
                                                                   std::span<std::uint8_t> out,
                                                                   transmission& sent) const noexcept {
  const plain_header& header = next.header;
  const std::size_t offset = header.length();
  const u32 text_sum = write_text(header.seq, out.subspan(offset, header.text_length));
  emit_plain_header(header, out.first(offset), config_.addresses, text_sum, config_.checksum);
  sent.length = offset + header.text_length;
  sent.segment_size = header.text_length;
  if (config_.large_segments) sent.segment_size = (std::min)(header.text_length, effective_mss());
  sent.ecn = next.ecn;
}

template <class Policy>
void connection<Policy>::write_whole(const outgoing_segment& next, std::span<std::uint8_t> out,
                                     transmission& sent) const noexcept {
  const segment<u32>& header = next.header;
  const std::size_t offset = header_length + options_length(header.options);
  const u32 text_sum = write_text(first_of_text(header), out.subspan(offset, header.text_length));
  emit_header(header, out.first(offset), config_.addresses, text_sum, config_.checksum);
  sent.length = offset + header.text_length;
  sent.segment_size = header.text_length;
  if (config_.large_segments && !(Policy::fast_open::enabled && header.control.syn())) {
    // Each segment that a large one is cut into has its options, reports of what arrived out of order among them.
    segment_options<u32> reported;
    reported.sack.count = header.options.sack.count;
    const u32 most = effective_mss() - static_cast<u32>(options_length(reported));
    sent.segment_size = (std::min)(header.text_length, most);
  }
  sent.ecn = next.ecn;
}

// There is something to do: poll_transmit() has looked.
template <class Policy>
std::optional<transmission> connection<Policy>::transmit(instant now, std::span<std::uint8_t> out) noexcept {
  std::optional<transmission> sent;  // nothing else is returned, so that it is filled in where the caller wants it
  if (out.size() <= longest_header) return sent;
  const auto max_text = static_cast<u32>(std::min<std::size_t>(out.size() - longest_header, 0xffffu));
  plain_segment plain;
  if (reset_due_ || owes_handshake()) {
    outgoing_segment next;
    next_control(now, max_text, next.header);
    write_whole(next, out, sent.emplace());
  } else if (next_plain(now, max_text, plain)) {
    if (plain.report) {
      outgoing_segment next;
      expand(plain, next);
      write_whole(next, out, sent.emplace());
    } else {
      write_plain(plain, out, sent.emplace());
    }
  }
  if (sent) sent->not_before = sender_.earliest(now);
  return sent;
}

}  // namespace sequent
