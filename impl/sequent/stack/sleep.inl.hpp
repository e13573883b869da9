// Connections of a stack that fall asleep to make room for others. Part of stack.hpp, which includes it.
// implements: sleeping
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

template <class Policy>
bool stack<Policy>::awake(u32 index) const noexcept {
  if constexpr (sleeps) return slots_[index].place != nobody;
  static_cast<void>(index);
  return true;
}

// What is lent of a connection that is awake.
template <class Policy>
u32& stack<Policy>::lent(u32 index) noexcept {
  if constexpr (sleeps) {
    return bodies_[slots_[index].place].lent;
  } else {
    return slots_[index].lent;
  }
}

template <class Policy>
u32 stack<Policy>::loan_of(u32 index) const noexcept {
  if constexpr (sleeps) {
    return awake(index) ? bodies_[slots_[index].place].lent : 0;
  } else {
    return slots_[index].lent;
  }
}

// A connection that is awake.
template <class Policy>
auto stack<Policy>::tcp(u32 index) noexcept -> connection_type& {
  if constexpr (sleeps) {
    return bodies_[slots_[index].place].tcp;
  } else {
    return slots_[index].tcp;
  }
}

template <class Policy>
auto stack<Policy>::tcp(u32 index) const noexcept -> const connection_type& {
  if constexpr (sleeps) {
    return bodies_[slots_[index].place].tcp;
  } else {
    return slots_[index].tcp;
  }
}

template <class Policy>
template <class Storage>
Storage stack<Policy>::storage_at(std::size_t offset, std::size_t length) const noexcept {
  if constexpr (std::is_same_v<Storage, span_storage>) {
    return span_storage(buffers_.subspan(offset, length));
  } else {
    return Storage{};
  }
}

// One more connection could be awake.
template <class Policy>
bool stack<Policy>::has_place() const noexcept {
  if constexpr (sleeps) return !bodies_.full() || !drowsy_.empty();
  return true;
}

// Where every place is taken, the longest idle connection falls asleep, if there is one.
template <class Policy>
void stack<Policy>::make_place() noexcept {
  if constexpr (sleeps) {
    if (bodies_.full() && !drowsy_.empty()) put_to_sleep(drowsy_.first());
  }
}

// Makes a connection in a free place of a pool, over the slices of memory that belong to it. What stands before the
// configuration is the pool's own.
template <class Policy>
template <class Pool, class... Before>
std::optional<u32> stack<Policy>::make_in(Pool& pool, const connection_config& config,
                                          const Before&... before) noexcept {
  const auto next = pool.next();
  if (!next) return std::nullopt;
  const std::size_t at = *next * (send_slice + receive_slice);
  if constexpr (send_slice + receive_slice == 0) {
    return pool.take(before..., config);
  } else {
    return pool.take(before..., config, storage_at<send_storage>(at, send_slice),
                     storage_at<receive_storage>(at + send_slice, receive_slice));
  }
}

// Makes a connection in a free place. Its flow does not lead to it yet.
template <class Policy>
std::optional<u32> stack<Policy>::make(const connection_config& config, const flow& path) noexcept {
  if (!has_place()) yield(true);
  if (slots_.full()) yield(false);
  if constexpr (sleeps) {
    if (slots_.full()) return std::nullopt;
    make_place();
    const auto body = make_in(bodies_, config);
    if (!body) return std::nullopt;
    const u32 index = *slots_.take(path);
    slots_[index].place = *body;
    return index;
  } else {
    return make_in(slots_, config, path);
  }
}

// Nothing leads to a connection any more, and it stands in no list.
template <class Policy>
void stack<Policy>::unmake(u32 index) noexcept {
  if constexpr (Policy::connection_policy::statistics::enabled) ended_.count += counted(index);
  if constexpr (sleeps) {
    if (awake(index)) bodies_.release(slots_[index].place);
  }
  slots_.release(index);
}

template <class Policy>
void stack<Policy>::put_to_sleep(u32 index) noexcept {
  if constexpr (sleeps) {
    slot& at = slots_[index];
    stir(index);
    at.asleep = dormant<typename Policy::connection_policy>(bodies_[at.place].tcp);
    bodies_.release(at.place);
    at.place = nobody;
    if (at.wanting) wanting_.push(index, ready_links());  // woken for something else, and not told of it yet
    ++statistics_.fallen_asleep;
  }
}

// Sees to it that a connection is awake. False when there is no place: every other is busy.
template <class Policy>
bool stack<Policy>::wake(u32 index) noexcept {
  if constexpr (sleeps) {
    if (awake(index)) return true;
    // What nobody owns waits its turn.
    if (!has_place() && (slots_[index].owned || slots_[index].listening != nobody)) yield(true);
    make_place();
    if (bodies_.full()) {
      ++statistics_.wakes_refused;
      return false;
    }
    slot& at = slots_[index];
    if (at.wanting) wanting_.remove(index, ready_links());
    if (at.closing) closing_.remove(index, ready_links());
    at.place = *make_in(bodies_, config_of(at.path));
    at.asleep.wake(bodies_[at.place].tcp);
    ready_.push(index, ready_links());  // so that it falls asleep again, whatever it was woken for
  }
  static_cast<void>(index);
  return true;
}

// A connection has nothing to send: it may sleep if it has nothing else to do either.
template <class Policy>
void stack<Policy>::drowse(u32 index) noexcept {
  if constexpr (sleeps) {
    slot& at = slots_[index];
    if (at.ready.linked() || !awake(index)) return;  // among the ready, or among the drowsy already
    if (lent(index) != 0) return;                    // somebody writes to its buffer
    if (!dormant<typename Policy::connection_policy>::can_hold(tcp(index))) return;
    drowsy_.push(index, ready_links());
    at.drowsy = true;
  }
  static_cast<void>(index);
}

// Something happens to a connection that might have fallen asleep.
template <class Policy>
void stack<Policy>::stir(u32 index) noexcept {
  if constexpr (sleeps) {
    slot& at = slots_[index];
    if (!at.drowsy) return;
    drowsy_.remove(index, ready_links());
    at.drowsy = false;
  }
  static_cast<void>(index);
}

// Gives up a connection that is asleep. It keeps its place until its RST has been sent: see last_of_sleeper().
template <class Policy>
void stack<Policy>::drop_asleep(u32 index) noexcept {
  if constexpr (sleeps) {
    slot& at = slots_[index];
    unmap(at.path, index);
    at.mapped = false;
    wheel_.stop(index);
    ready_.push(index, ready_links());
  }
  static_cast<void>(index);
}

// A connection that is awake is in a list that leads it to sleep, or has a reason to be awake: something to send, to
// wait for, to deliver or to tell, or a buffer that is lent. One that is asleep is in a list only if it wants to wake.
template <class Policy>
bool stack<Policy>::accounted_for(u32 index) const noexcept {
  const slot& at = slots_[index];
  if (at.orphan && (at.owned || !at.mapped || at.news.linked() == at.closing)) return false;
  if constexpr (sleeps) {
    if (!awake(index)) return !at.drowsy && (!at.mapped || at.ready.linked() == (at.wanting || at.closing));
    const bool may_sleep = dormant<typename Policy::connection_policy>::can_hold(tcp(index));
    const bool kept = !may_sleep || loan_of(index) != 0;
    return at.drowsy ? !kept && at.ready.linked() : kept || at.ready.linked();
  }
  return true;
}

}  // namespace sequent
