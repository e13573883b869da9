// Reading, writing and settings of a stack's connections, awake or asleep. Part of stack.hpp, which includes it.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

// The connection that a handle names is awake. If it cannot be woken its user hears of the next free place.
template <class Policy>
result<void> stack<Policy>::rouse(handle of) noexcept {
  if (named(of) == nullptr) return error::connection_does_not_exist;
  if (wake(of.index)) {
    slots_[of.index].wanting = false;
    return {};
  }
  want_place(of.index);
  return error::no_place;
}

// A user's call that gives its connection something to send. What was lent before it is lent no more.
template <class Policy>
template <class Call>
auto stack<Policy>::busy(handle of, Call call) noexcept -> decltype(call()) {
  if (const auto ready = rouse(of); !ready) return ready.why();
  take_back(of.index);
  const auto done = call();
  touch(of.index);
  return done;
}

template <class Policy>
result<std::size_t> stack<Policy>::write(handle of, std::span<const std::uint8_t> octets) noexcept {
  return busy(of, [&] { return tcp(of.index).write(octets); });
}

template <class Policy>
result<std::size_t> stack<Policy>::write_urgent(handle of, std::span<const std::uint8_t> octets) noexcept {
  return busy(of, [&] { return tcp(of.index).write_urgent(octets); });
}

template <class Policy>
result<std::size_t> stack<Policy>::read(handle of, std::span<std::uint8_t> out) noexcept {
  if (named(of) == nullptr) return error::connection_does_not_exist;
  if (!awake(of.index)) return read_asleep(of.index);
  const auto got = tcp(of.index).read(out);
  after_reading(of.index);
  return got;
}

// A sleeper has nothing to read: either more may come, or the peer has closed.
template <class Policy>
result<std::size_t> stack<Policy>::read_asleep(u32 index) const noexcept {
  if constexpr (sleeps) {
    if (slots_[index].asleep.tcb().state == connection_state::close_wait) return std::size_t{0};
  }
  static_cast<void>(index);
  return error::would_block;
}

// Reading may have opened the window, or have been the last that there was to do.
template <class Policy>
void stack<Policy>::after_reading(u32 index) noexcept {
  if (connection_internals::owes_ack(tcp(index))) return touch(index);
  drowse(index);
}

// Where to write, and the promise that the place stays this connection's: it does not sleep until the loan ends. Half
// of the places at most are kept awake so.
template <class Policy>
std::span<std::uint8_t> stack<Policy>::writable_span(handle of) noexcept {
  if (!rouse(of)) return {};
  const bool known = lent(of.index) != 0;
  if (sleeps && !known && loans_ >= slot_types::half_of_places) {
    static_cast<void>(refuse(refusals::loan));
    return {};
  }
  const std::span<std::uint8_t> room = tcp(of.index).writable_span();
  if (room.empty()) return room;
  if (!known) ++loans_;
  lent(of.index) = static_cast<u32>(room.size());
  stir(of.index);
  return room;
}

// The user writes elsewhere than to the span, or not at all: what it says is not to be believed any more.
template <class Policy>
void stack<Policy>::take_back(u32 index) noexcept {
  if (lent(index) == 0) return;
  lent(index) = 0;
  --loans_;
  freed_ |= refusals::loan;
}

template <class Policy>
result<std::size_t> stack<Policy>::commit(handle of, std::size_t octets) noexcept {
  if (named(of) == nullptr) return error::connection_does_not_exist;
  if (!awake(of.index)) {
    if (octets != 0) return error::bad_argument;
    return octets;  // nothing was lent
  }
  const bool honest = octets <= lent(of.index);
  take_back(of.index);
  const auto taken = honest ? tcp(of.index).commit(octets) : result<std::size_t>(error::bad_argument);
  touch(of.index);
  return taken;
}

template <class Policy>
std::span<const std::uint8_t> stack<Policy>::readable_span(handle of) const noexcept {
  const connection_type* const at = find(of);
  return at == nullptr ? std::span<const std::uint8_t>{} : at->readable_span();
}

template <class Policy>
result<std::size_t> stack<Policy>::consume(handle of, std::size_t octets) noexcept {
  if (named(of) == nullptr) return error::connection_does_not_exist;
  if (!awake(of.index)) {
    if (octets != 0) return error::bad_argument;
    return read_asleep(of.index);
  }
  const auto taken = tcp(of.index).consume(octets);
  after_reading(of.index);
  return taken;
}

template <class Policy>
result<void> stack<Policy>::shutdown(handle of) noexcept {
  return busy(of, [&] { return tcp(of.index).shutdown(); });
}

template <class Policy>
u32 stack<Policy>::urgent_ahead(handle of) const noexcept {
  const connection_type* const at = find(of);
  return at == nullptr ? 0 : at->urgent_ahead();
}

template <class Policy>
result<void> stack<Policy>::set_service(handle of, std::uint8_t service) noexcept {
  slot* const at = named(of);
  if (at == nullptr) return error::connection_does_not_exist;
  at->service = service;
  return {};
}

template <class Policy>
result<void> stack<Policy>::set_trace(handle of, const typename Policy::connection_policy::trace& to) noexcept {
  slot* const at = named(of);
  if (at == nullptr) return error::connection_does_not_exist;
  if constexpr (sleeps) {
    if (!awake(of.index)) {
      at->asleep.trace() = to;
      return {};
    }
  }
  tcp(of.index).trace() = to;
  return {};
}

template <class Policy>
result<void> stack<Policy>::set_nagle(handle of, bool on) noexcept {
  slot* const at = named(of);
  if (at == nullptr) return error::connection_does_not_exist;
  if constexpr (sleeps) {
    if (!awake(of.index)) {
      at->asleep.set_nagle(on);
      return {};
    }
  }
  tcp(of.index).set_nagle(on);
  touch(of.index);  // what waited for an acknowledgment may go
  return {};
}

template <class Policy>
result<void> stack<Policy>::set_keep_alive(handle of, bool on, instant now) noexcept {
  slot* const at = named(of);
  if (at == nullptr) return error::connection_does_not_exist;
  if constexpr (sleeps) {
    if (!awake(of.index)) {
      at->asleep.set_keep_alive(on, config_.connection, now);
      const auto due = at->asleep.next_deadline();  // none, too, where the idle time is longer than any clock
      if (due) {
        wheel_.start(of.index, *due);
      } else {
        wheel_.stop(of.index);
      }
      return {};
    }
  }
  tcp(of.index).set_keep_alive(on, now);
  touch(of.index);
  return {};
}

template <class Policy>
result<void> stack<Policy>::set_user_timeout(handle of, std::optional<duration> timeout, instant now) noexcept {
  slot* const at = named(of);
  if (at == nullptr) return error::connection_does_not_exist;
  if (timeout && *timeout <= duration{}) return error::bad_argument;
  if constexpr (sleeps) {
    if (!awake(of.index)) {
      at->asleep.set_user_timeout(timeout);
      return {};
    }
  }
  const auto set = tcp(of.index).set_user_timeout(timeout, now);
  touch(of.index);
  return set;
}

template <class Policy>
result<void> stack<Policy>::set_tag(handle of, tag_type tag) noexcept {
  slot* const at = named(of);
  if (at == nullptr) return error::connection_does_not_exist;
  at->tag = tag;
  return {};
}

template <class Policy>
auto stack<Policy>::tag(handle of) const noexcept -> std::optional<tag_type> {
  if (!names(of)) return std::nullopt;
  return slots_[of.index].tag;
}

}  // namespace sequent
