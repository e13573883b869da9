// SYN cookies: handshakes of which nothing is kept (RFC 4987 section 3.6). Part of stack.hpp, which includes it.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

// Answers a SYN with a number from which everything can be told when it comes back (RFC 4987 section 3.6).
template <class Policy>
void stack<Policy>::send_cookie(u32 index, const arrival& in) noexcept {
  control_block<u32> tcb = listening_block(in.path);
  const cookie_answer made = make_cookie(cookie_key_, in.path, in.header, tcb.offer, clock(in.path, in.now), in.now);
  static_cast<void>(sequent::step(tcb, in.header, surroundings<u32>{in.now, made.iss}));
  reduce_to_cookie(tcb, made);
  listener& to = listeners_[index];
  to.sent_cookies = true;
  to.cookie_sent_at = in.now;
  ++statistics_.cookies_sent;
  reply_to(in.path, answer_syn(tcb, made.clock), in.now);
}

// An ACK that may bring a cookie back. The SYN that it stands for is made again and taken through LISTEN as the first
// one was. Says whether it was one.
template <class Policy>
bool stack<Policy>::take_cookie(u32 index, const arrival& in) noexcept {
  const listener& to = listeners_[index];
  if (!to.sent_cookies || in.now - to.cookie_sent_at > cookie_lifetime) return false;
  const auto syn = check_cookie(cookie_key_, in.path, in.header, in.now);
  if (!syn) return false;
  control_block<u32> tcb = listening_block(in.path);
  static_cast<void>(sequent::step(tcb, *syn, surroundings<u32>{in.now, in.header.ack - 1u}));
  static_cast<void>(answer_syn(tcb, 0u));
  if (complete(tcb, index, in, in.now, false)) ++statistics_.cookies_accepted;
  return true;
}

}  // namespace sequent
