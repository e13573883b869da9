// Connections whose handle was given back with close() and that go on until they have ended. Part of stack.hpp, which
// includes it.
// implements: orphans
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

// Nobody is told about the connection any more, and nothing of it is lent.
template <class Policy>
void stack<Policy>::disown(u32 index) noexcept {
  slot& at = slots_[index];
  if (at.news.linked()) news_.remove(index, news_links());
  want_no_place(index);
  if (awake(index)) take_back(index);
  at.owned = false;
}

// Gives a connection up in good order. One that is asleep and finds no place to wake in is closed when there is one:
// the call cannot fail, and the user need not come back for it.
template <class Policy>
void stack<Policy>::let_go(u32 index, instant now) noexcept {
  disown(index);
  slot& at = slots_[index];
  at.orphaned_at = seconds_of(now);
  if (wake(index)) return orphan(index, now);
  at.orphan = at.closing = true;
  closing_.push(index, ready_links());
  watch(index, now);
}

// Closes a connection that is awake, and lets it go on by itself unless it has ended or is in TIME-WAIT.
template <class Policy>
void stack<Policy>::orphan(u32 index, instant now) noexcept {
  static_cast<void>(tcp(index).close(now));  // one that has ended already needs no more
  const connection_state state = tcp(index).state();
  slots_[index].orphan = state != connection_state::closed && state != connection_state::time_wait;
  if (slots_[index].orphan) orphans_.push(index, orphan_links());
  touch(index);
}

// It has ended, or is in TIME-WAIT, where it needs nobody.
template <class Policy>
void stack<Policy>::no_orphan(u32 index) noexcept {
  slot& at = slots_[index];
  if (at.closing && !awake(index)) {
    closing_.remove(index, ready_links());
  } else if (at.orphan) {
    orphans_.remove(index, orphan_links());
  }
  at.orphan = at.closing = false;
}

// Its peer has acknowledged something: whoever has waited for that longer gives way first.
template <class Policy>
void stack<Policy>::got_on(u32 index) noexcept {
  if (!slots_[index].orphan) return;
  orphans_.remove(index, orphan_links());
  orphans_.push(index, orphan_links());
}

// Given back longer ago than orphans may live. Ages are kept in whole seconds, and none is reset too early; a clock
// that has gone back finds them as young as they were at first.
template <class Policy>
instant stack<Policy>::end_of_orphan(u32 index, instant now) const noexcept {
  if (!slots_[index].orphan || !config_.orphan_life) return end_of_time;
  const auto age = static_cast<std::int16_t>(seconds_of(now) - slots_[index].orphaned_at);
  const auto whole = instant::from_microseconds(now.microseconds() - now.microseconds() % 1'000'000);
  return whole - duration::seconds(std::max<std::int16_t>(age, 0)) + *config_.orphan_life + duration::seconds(1);
}

// Files the moment when something is due of a connection, by itself or because nobody owns it.
template <class Policy>
void stack<Policy>::watch(u32 index, instant now) noexcept {
  std::optional<instant> own;
  if (awake(index)) {
    own = tcp(index).next_deadline();
  } else if constexpr (sleeps) {
    own = slots_[index].asleep.next_deadline();
  }
  const instant due = (std::min)(own.value_or(end_of_time), end_of_orphan(index, now));
  if (due != end_of_time) {
    wheel_.start(index, due);
  } else {
    wheel_.stop(index);
  }
}

// An orphan is reset: the peer hears of it in whatever state.
template <class Policy>
void stack<Policy>::evict_orphan(u32 index) noexcept {
  no_orphan(index);
  ++statistics_.orphans_evicted;
  if (!awake(index)) return drop_asleep(index);
  static_cast<void>(tcp(index).evict());
  touch(index);
}

// More orphans than may keep their places have them, and one could be reset at once: what is wanted is a place to be
// awake in, or any.
template <class Policy>
bool stack<Policy>::would_yield(bool awake_one) const noexcept {
  const u32 most = config_.max_orphans.value_or(slot_types::half_of_places);
  return !replies_.full() && (awake_one ? orphans_.size() : orphans()) > most;
}

// One more connection could be made, which has a user or will have one.
template <class Policy>
bool stack<Policy>::has_vacancy() const noexcept {
  const bool crowded = !has_place();
  return (!crowded && !slots_.full()) || would_yield(crowded);
}

// An orphan gives way: the one whose peer has acknowledged nothing for longest. Its RST waits as an answer of no record
// does, so that its place is free at once.
template <class Policy>
void stack<Policy>::yield(bool awake_one) noexcept {
  if (!would_yield(awake_one)) return;
  const u32 index = orphans_.empty() ? closing_.first() : orphans_.first();
  const slot& at = slots_[index];
  static_cast<void>(reply_to(at.path, farewell(index), delivery::connection, at.service));
  evict_orphan(index);
  ready_.remove(index, ready_links());
  unmake(index);
}

// Wakes a connection for something other than its user's call, which he is told of if he waits for a place. A close()
// that waited for that comes first.
template <class Policy>
bool stack<Policy>::arouse(u32 index, instant now) noexcept {
  if (!wake(index)) return false;
  if (slots_[index].wanting) tell(index);
  finish_closing(index, now);
  return true;
}

// A place has become free: those that were to be closed are, the first first.
template <class Policy>
void stack<Policy>::close_sleepers(instant now) noexcept {
  while (!closing_.empty() && has_place()) {
    if (!arouse(closing_.first(), now)) return;
  }
}

// What close() has promised, now that the connection is awake.
template <class Policy>
void stack<Policy>::finish_closing(u32 index, instant now) noexcept {
  slot& at = slots_[index];
  if (!at.closing) return;
  at.closing = false;
  orphan(index, now);
}

}  // namespace sequent
