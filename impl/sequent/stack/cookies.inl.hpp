// SYN cookies: handshakes of which nothing is kept (RFC 4987 section 3.6). Part of stack.hpp, which includes it.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

/// What a cookie can say of a SYN, as far as this end agrees: without timestamps nothing but the segment size.
[[nodiscard]] constexpr cookie_options cookie_options_of(const segment<u32>& syn,
                                                         const handshake_offer& ours) noexcept {
  const segment_options<u32>& theirs = syn.options;
  cookie_options kept;
  kept.mss = announced_mss(theirs, ours);
  kept.timestamps = ours.timestamps && theirs.ts.has_value();
  if (!kept.timestamps) return kept;
  if (ours.window_scale) kept.window_scale = theirs.window_scale;
  kept.sack_permitted = ours.sack && theirs.sack_permitted;
  kept.ecn = ours.ecn && syn.control.sets_up_ecn();
  return kept;
}

/// A SYN that says what a cookie says. `ts` is the option of the segment at hand, if it has one.
[[nodiscard]] constexpr segment<u32> syn_of(const cookie_options& kept, sequence_number<u32> irs,
                                            const std::optional<timestamps<u32>>& ts) noexcept {
  segment<u32> syn;
  syn.seq = irs;
  const u32 asks = kept.ecn ? control_bits<u32>::ece_bit | control_bits<u32>::cwr_bit : 0u;
  syn.control = control_bits<u32>(control_bits<u32>::syn_bit | asks);
  syn.options.mss = kept.mss;
  syn.options.window_scale = kept.window_scale;
  syn.options.sack_permitted = kept.sack_permitted;
  if (kept.timestamps) syn.options.ts = ts;
  return syn;
}

// Answers a SYN with a number from which its connection can be made when the number comes back. What the cookie cannot
// say is not agreed to: the SYN is taken through LISTEN as if it had said no more.
template <class Policy>
delivery stack<Policy>::send_cookie(u32 index, const arrival& in) noexcept {
  if (replies_.full()) return delivery::postponed;
  control_block<u32> tcb = listening_block(in.path);
  const cookie_options kept = cookie_options_of(in.header, tcb.offer);
  if (kept.mss < cookie_mss.front()) {  // less than a cookie can say (MUST-16)
    ++statistics_.syn_dropped;
    return delivery::listener;
  }
  const syn_cookie made = cookies_.make(in.path, in.header.seq, kept, clock(in.path, in.now), in.now);
  const segment<u32> syn = syn_of(kept, in.header.seq, in.header.options.ts);
  static_cast<void>(sequent::step(tcb, syn, surroundings<u32>{in.now, made.iss}));
  listener& to = listeners_[index];
  to.sent_cookies = true;
  to.cookie_sent_at = in.now;
  ++statistics_.cookies_sent;
  return reply_to(in.path, answer_syn(tcb, made.timestamp), delivery::listener);
}

// What a segment says that brings a cookie back; only as long as one that was sent may be alive, so that there is
// nothing to be guessed while there is no flood.
template <class Policy>
std::optional<cookie_options> stack<Policy>::cookie_in(u32 index, const arrival& in) const noexcept {
  const listener& to = listeners_[index];
  const control_bits<u32> control = in.header.control;
  if (!control.ack() || control.rst() || control.syn()) return std::nullopt;
  if (!to.sent_cookies || in.now - to.cookie_sent_at > syn_cookies::lifetime) return std::nullopt;
  const std::optional<timestamps<u32>>& ts = in.header.options.ts;
  return cookies_.check(in.path, in.header.seq - 1u, in.header.ack - 1u,
                        ts ? std::optional(ts->echo.wire()) : std::nullopt, in.now);
}

// The SYN that a cookie stands for goes through LISTEN as the first one did. Says whether there was a cookie.
template <class Policy>
bool stack<Policy>::take_cookie(u32 index, const arrival& in) noexcept {
  const auto kept = cookie_in(index, in);
  if (!kept) return false;
  const std::optional<timestamps<u32>>& ts = in.header.options.ts;
  const sequence_number<u32> irs = in.header.seq - 1u;
  const sequence_number<u32> iss = in.header.ack - 1u;
  control_block<u32> tcb = listening_block(in.path);
  static_cast<void>(sequent::step(tcb, syn_of(*kept, irs, ts), surroundings<u32>{in.now, iss}));
  static_cast<void>(answer_syn(tcb, 0u));  // as it was sent
  // When the cookie was sent nobody knows: nothing is measured by it.
  const syn_ack_history unknown{.sent_at = in.now, .repeated = true, .apart = false};
  if (complete(tcb, index, in, unknown)) ++statistics_.cookies_accepted;
  return true;
}

}  // namespace sequent
