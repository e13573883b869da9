// What leaves a connection: the next segment to send. Part of connection.hpp, which includes it.
#pragma once

#include "sequent/connection.hpp"

namespace sequent {

// Our timestamp clock: one tick a millisecond (RFC 7323 section 5.4).
template <class Policy>
u32 connection<Policy>::clock(instant now) const noexcept {
  return static_cast<u32>(static_cast<std::uint64_t>(now.microseconds()) / 1'000) + config_.timestamp_offset;
}

// MUST-39: the right edge moves by a segment or half the buffer, whichever is less. Windows on SYN are not scaled.
template <class Policy>
window_offer<u32> connection<Policy>::offer(bool unscaled) const noexcept {
  const u32 room = receiver_.offerable();
  const u32 capacity = receiver_.tuning().limit();
  const u32 worthwhile = std::max(1u, std::min(u32{config_.receive_mss}, capacity / 2));
  return offer_window(tcb_.rcv, room, worthwhile, unscaled);
}

// The last touches that every segment of a connection gets; it counts as sent.
template <class Policy>
outgoing_segment connection<Policy>::finish(segment<u32> header, const window_offer<u32>& window) noexcept {
  header.source_port = config_.local_port;
  header.destination_port = config_.remote_port;
  header.wnd = window.field;
  const auto urgent = sender_.urgent_until();
  if (urgent && !header.control.syn() && before(header.seq, *urgent)) {
    // MUST-62; what lies further ahead than the field reaches is pointed at by later segments (MUST-31).
    header.control = header.control.with(control_bits<u32>::urg_bit);
    header.up = std::min(*urgent - header.seq, 0xffffu);
  }
  note_sent(tcb_, header, window.wnd);
  if (header.control.ack()) {
    ack_due_ = false;
    timers_.stop(timer::delayed_ack);
    if (header.options.sack.count != 0) receiver_.reported();
  }
  return {header};
}

template <class Policy>
std::optional<outgoing_segment> connection<Policy>::next_segment(instant now, u32 most_text) noexcept {
  if (reset_due_) return next_reset(now);
  switch (tcb_.state) {
    case connection_state::closed:
    case connection_state::listen: return std::nullopt;
    case connection_state::syn_sent: return next_syn(now);
    case connection_state::syn_received:
      if (syn_due_) return next_syn(now);
      return next_ack(now);
    default: break;
  }
  if (auto text = next_text(now, most_text)) return text;
  sender_.settle(tcb_, now, timers_, config_);
  return next_ack(now);
}

template <class Policy>
std::optional<outgoing_segment> connection<Policy>::next_reset(instant now) noexcept {
  segment<u32> header = *reset_due_;
  reset_due_.reset();
  header.source_port = config_.local_port;
  if (tcb_.ts.enabled && header.control.ack()) {
    header.options.ts = timestamps<u32>{sequence_number<u32>(clock(now)), tcb_.ts.recent};
  }
  return outgoing_segment{header};
}

template <class Policy>
std::optional<outgoing_segment> connection<Policy>::next_syn(instant now) noexcept {
  if (!syn_due_) return std::nullopt;
  syn_due_ = false;
  const window_offer<u32> window = offer(true);
  const segment<u32> header = compose_syn(tcb_, window.field, clock(now));
  sender_.sent_syn(header.seq, now, timers_, config_);
  return finish(header, window);
}

template <class Policy>
std::optional<outgoing_segment> connection<Policy>::next_text(instant now, u32 most_text) noexcept {
  // What is held out of order is reported on text too (RFC 2018 section 4), unless that would take half of the segment.
  path_.grow(now);
  const u32 full = effective_mss();
  u32 taken = 0;
  if (tcb_.sack_permitted && receiver_.has_report()) {
    segment_options<u32> reported;
    reported.sack.count = static_cast<std::uint8_t>(receiver_.report_blocks(tcb_.rcv.nxt));
    taken = static_cast<u32>(options_length(reported));
    if (taken > full / 2) taken = 0;
  }
  const u32 mss = std::min(full - taken, most_text);
  if (mss == 0) return std::nullopt;
  sender_.leave_idleness(tcb_.snd, full, now);
  const auto run = sender_.next(tcb_, mss, mss, config_.nagle);
  if (!run) return std::nullopt;
  control_bits<u32> extra;
  if (run->fin) extra = extra.with(control_bits<u32>::fin_bit);
  if (run->push && run->length != 0) extra = extra.with(control_bits<u32>::psh_bit);
  const window_offer<u32> window = offer(false);
  segment<u32> header = compose(tcb_, run->seq, run->length, extra, window.field, clock(now));
  if (taken != 0) header.options.sack = receiver_.sack(tcb_.rcv.nxt);
  sender_.sent(*run, now, sequence_number<u32>(clock(now)), tcb_.sack_permitted, timers_, config_);
  path_.on_sent(run->seq + run->length, run->length + static_cast<u32>(options_length(header.options)));
  return finish(header, window);
}

template <class Policy>
std::optional<outgoing_segment> connection<Policy>::next_ack(instant now) noexcept {
  // A window probe that fell due together with the keep-alive has gone out by now and does its work (MUST-26).
  if (!(tcb_.snd.una == tcb_.snd.nxt)) keep_alive_due_ = false;
  if (!ack_due_ && !keep_alive_due_) return std::nullopt;
  // A keep-alive probe repeats an octet that the peer has acknowledged, so the peer must answer (SHLD-12).
  const bool probe = keep_alive_due_ && !ack_due_;
  keep_alive_due_ = false;
  const window_offer<u32> window = offer(false);
  segment<u32> header =
      compose(tcb_, probe ? tcb_.snd.nxt - 1u : tcb_.snd.nxt, 0u, control_bits<u32>{}, window.field, clock(now));
  if (tcb_.sack_permitted && receiver_.has_report()) header.options.sack = receiver_.sack(tcb_.rcv.nxt);
  return finish(header, window);
}

template <class Policy>
std::optional<transmission> connection<Policy>::poll_transmit(instant now, std::span<std::uint8_t> out) noexcept {
  if (out.size() <= longest_header) return std::nullopt;
  const auto next = next_segment(now, static_cast<u32>(std::min<std::size_t>(out.size() - longest_header, 0xffffu)));
  if (!next) return std::nullopt;
  const segment<u32>& header = next->header;
  const std::size_t offset = header_length + options_length(header.options);
  const std::size_t length = offset + header.text_length;
  u32 text_sum = 0;
  if (header.text_length != 0) {
    if (config_.checksum == checksum_by::library) {
      text_sum = sender_.copy_and_sum(header.seq, out.subspan(offset, header.text_length));
    } else {
      copy_text(header, out.subspan(offset));
    }
  }
  emit_header(header, out.first(offset), config_.addresses, text_sum, config_.checksum);
  return transmission{length, header.text_length, now};
}

}  // namespace sequent
