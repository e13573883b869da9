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
  if (wake(index)) {
    static_cast<void>(tcp(index).close(now));  // one that has ended already needs no more
    touch(index);
    if (tcp(index).state() == connection_state::closed || tcp(index).state() == connection_state::time_wait) return;
  } else {
    at.closing = true;
    closing_.push(index, ready_links());
  }
  at.orphan = true;
  at.orphaned_at = seconds_of(now);
  orphans_.push(index, orphan_links());
  if (orphans_.size() == 1) watch_orphans(now);
  const u32 most = config_.most_orphans.value_or(slot_types::half_of_places);
  while (orphans_.size() > most) evict_orphan();
}

// It has ended, or is in TIME-WAIT, where it needs nobody.
template <class Policy>
void stack<Policy>::no_orphan(u32 index) noexcept {
  slot& at = slots_[index];
  if (at.orphan) orphans_.remove(index, orphan_links());
  if (at.closing && !awake(index)) closing_.remove(index, ready_links());
  at.orphan = at.closing = false;
  if (orphans_.empty()) wheel_.stop(orphan_clock);
}

// The one that was given back longest ago is reset.
template <class Policy>
void stack<Policy>::evict_orphan() noexcept {
  const u32 oldest = orphans_.first();
  no_orphan(oldest);
  ++statistics_.orphans_evicted;
  if (!awake(oldest)) return drop_asleep(oldest);
  static_cast<void>(tcp(oldest).evict());
  touch(oldest);
}

// One clock for all of them: each has the same time, so the one that was given back first is due first.
template <class Policy>
void stack<Policy>::watch_orphans(instant now) noexcept {
  if (orphans_.empty() || !config_.orphan_life) return wheel_.stop(orphan_clock);
  const auto whole = instant::from_microseconds(now.microseconds() - now.microseconds() % 1'000'000);
  wheel_.start(orphan_clock,
               whole + (*config_.orphan_life + duration::seconds(1) - age_of_orphan(orphans_.first(), now)));
}

template <class Policy>
void stack<Policy>::on_orphan_clock(instant now) noexcept {
  while (!orphans_.empty() && age_of_orphan(orphans_.first(), now) > *config_.orphan_life) evict_orphan();
  watch_orphans(now);
}

// Ages are kept in whole seconds, less than 2^16 of them: validate() sees to that. None is reset too early.
template <class Policy>
duration stack<Policy>::age_of_orphan(u32 index, instant now) const noexcept {
  return duration::seconds(static_cast<std::uint16_t>(seconds_of(now) - slots_[index].orphaned_at));
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
  static_cast<void>(tcp(index).close(now));
  touch(index);
}

}  // namespace sequent
