// Fast Open in a stack: who may, and how many at a time (RFC 7413 sections 4.2 and 5.1). Part of stack.hpp, which
// includes it.
// implements: fast-open
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

template <class Policy>
result<handle> stack<Policy>::connect(
    const ip_address& local, const ip_address& remote, std::uint16_t remote_port, const fast_open_server& known,
    instant now, std::uint16_t local_port) noexcept requires Policy::connection_policy::fast_open::enabled {
  const auto made = connect(local, remote, remote_port, now, local_port);
  if constexpr (with_fast_opens) {
    if (made) static_cast<void>(tcp(made->index).use_fast_open(known));
  }
  return made;
}

template <class Policy>
result<void> stack<Policy>::allow_fast_open(
    handle listening, u32 max_pending) noexcept requires Policy::connection_policy::fast_open::enabled {
  const auto index = listener_named(listening);
  if (!index) return error::connection_does_not_exist;
  listeners_[*index].fast_open_limit = max_pending;
  return {};
}

// Who was reset long enough ago no longer counts as pending. Periods follow upon each other without a gap, whenever it
// is that one asks.
template <class Policy>
void stack<Policy>::return_places(u32 listening, instant now) noexcept {
  listener& to = listeners_[listening];
  if (now >= to.fast_open_period && now < to.fast_open_period + fast_open_penalty) return;
  const auto [present, former] = to.fast_open_forfeits;
  const bool back = now < to.fast_open_period;  // the clock has jumped
  const bool long_ago = !back && now >= to.fast_open_period + fast_open_penalty * 2;
  to.fast_open_forfeits = {0, long_ago ? 0 : back ? present + former : present};
  to.fast_open_period = long_ago || back ? now : to.fast_open_period + fast_open_penalty;
}

// While as many connections are pending as may be, the listener does without Fast Open altogether, so that nobody's
// text is taken, no cookie is given, and the defences of the SYN queue hold.
template <class Policy>
fast_open_verdict stack<Policy>::judge(u32 listening, const arrival& in) noexcept {
  const listener& to = listeners_[listening];
  return_places(listening, in.now);
  const std::uint64_t taken = std::uint64_t{to.fast_open_pending} + to.fast_open_forfeits[0] + to.fast_open_forfeits[1];
  if (taken >= to.fast_open_limit) return {};
  return fast_open_keys_.judge(in.header.options.fast_open, in.path.local, in.path.remote);
}

// A SYN with a good cookie and text becomes a connection at once. Says whether it did; a SYN for which there is no room
// is one like any other.
template <class Policy>
bool stack<Policy>::open_fast(u32 listening, const fast_open_verdict& verdict, const arrival& in) noexcept {
  if constexpr (with_fast_opens) {
    if (in.text.empty() || !has_room(listening)) return false;
    const auto placed = place(config_of(in.path), in.path);
    if (!placed) return false;
    connection_type& made = tcp(*placed);
    static_cast<void>(made.listen());
    made.judge_syn(verdict);
    slots_[*placed].pending = {listening, listeners_.generation(listening)};
    ++listeners_[listening].fast_open_pending;
    ++statistics_.fast_opened;
    wait_for_accept(*placed, listening);
    on_connection(*placed, in);
    return true;
  }
  return false;
}

// A connection that its listener's user may accept.
template <class Policy>
void stack<Policy>::wait_for_accept(u32 index, u32 listening) noexcept {
  slots_[index].listening = listening;
  listener& to = listeners_[listening];
  to.waiting.push(index, waiting_links());
  if (!to.news.linked()) news_.push(first_half_open + listening, news_links());
}

// Once its handshake is complete a connection is pending no more. If it has come to nothing it goes on to count for a
// time: the RSTs of a host in whose name SYNs are sent must not make room for more of them (RFC 7413 section 5.1).
template <class Policy>
void stack<Policy>::count_pending(u32 index) noexcept {
  if constexpr (with_fast_opens) {
    slot& at = slots_[index];
    if (at.pending.listening == nobody || tcp(index).tcb().syn_pending()) return;
    if (listeners_.holds(at.pending.listening, at.pending.generation)) {
      listener& to = listeners_[at.pending.listening];
      --to.fast_open_pending;
      if (tcp(index).state() == connection_state::closed) ++to.fast_open_forfeits[0];
    }
    at.pending = {};
  }
}

}  // namespace sequent
