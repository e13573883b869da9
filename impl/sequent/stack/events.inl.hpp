// What a stack has to tell its user. Part of stack.hpp, which includes it.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

// Puts a connection among those that have something to tell, if somebody wants to know it.
template <class Policy>
void stack<Policy>::tell(u32 index) noexcept {
  slot& at = slots_[index];
  if (!at.owned || at.news.linked()) return;
  if (at.readable || at.writable || at.wanting ||
      (awake(index) && !connection_internals::pending_signals(tcp(index)).empty()))
    news_.push(index, news_links());
}

template <class Policy>
std::optional<stack_event> stack<Policy>::next_event() noexcept {
  if (news_.empty()) return next_place();
  const u32 index = news_.first();
  news_.remove(index, news_links());
  stack_event told;
  if (index >= first_half_open) {
    told.of = {index, listeners_.generation(index - first_half_open)};
    told.incoming = true;
    return told;
  }
  slot& at = slots_[index];
  told.of = {index, slots_.generation(index)};
  if (awake(index)) told.raised = tcp(index).take_signals();
  told.readable = at.readable || told.raised.has(signal::peer_closed);
  told.place = awake(index) && at.wanting;  // something else has woken it
  told.writable = at.writable || told.place;
  at.readable = at.writable = false;
  if (told.place) at.wanting = false;
  drowse(index);
  return told;
}

// Every refusal for want of what others have taken is followed by an event once it is free again. Of those that want to
// wake the first comes first; it has to ask again, and is told again if others were faster.
template <class Policy>
std::optional<stack_event> stack<Policy>::next_place() noexcept {
  stack_event told;
  told.place = true;
  if (!wanting_.empty() && (has_place() || would_yield(true))) {
    const u32 index = wanting_.first();
    want_no_place(index);
    told.of = {index, slots_.generation(index)};
    told.writable = true;
    return told;
  }
  if ((refused_ & refusals::connection) != 0 && has_vacancy()) freed_ |= refusals::connection;
  if ((refused_ & freed_) == 0) return std::nullopt;
  refused_ &= static_cast<std::uint8_t>(~freed_);
  return told;
}

// A user was refused a place for its sleeper.
template <class Policy>
void stack<Policy>::want_place(u32 index) noexcept {
  slot& at = slots_[index];
  if (at.wanting) return;
  at.wanting = true;
  wanting_.push(index, ready_links());
}

template <class Policy>
void stack<Policy>::want_no_place(u32 index) noexcept {
  slot& at = slots_[index];
  if (!at.wanting) return;
  at.wanting = false;
  if (!awake(index)) wanting_.remove(index, ready_links());
}

// A call that would have made something found no room, of this kind.
template <class Policy>
error stack<Policy>::refuse(std::uint8_t kind) noexcept {
  refused_ |= kind;
  freed_ &= static_cast<std::uint8_t>(~kind);
  return error::insufficient_resources;
}

// Records of the SYN queue and of TIME-WAIT count nothing.
template <class Policy>
connection_counters stack<Policy>::totals() const noexcept {
  connection_counters sum;
  if constexpr (Policy::connection_policy::statistics::enabled) {
    sum = ended_.count;
    for (u32 i = 0; i != Policy::sizes.max_connections; ++i) {
      if (slots_.holds(i)) sum += counted(i);
    }
  }
  return sum;
}

template <class Policy>
connection_counters stack<Policy>::counted(u32 index) const noexcept {
  if constexpr (sleeps && Policy::connection_policy::statistics::enabled) {
    if (!awake(index)) return slots_[index].asleep.counters().count;
  }
  return tcp(index).statistics().counters;
}

template <class Policy>
bool stack<Policy>::has_more() const noexcept {
  if (!ready_.empty() || !news_.empty() || !owing_.empty()) return true;
  if (has_place() ? !wanting_.empty() || !closing_.empty() : !wanting_.empty() && would_yield(true)) return true;
  const bool room = (refused_ & refusals::connection) != 0 && has_vacancy();
  return room || (refused_ & freed_) != 0;
}

}  // namespace sequent
