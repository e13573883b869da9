// The user's side of a stack: calls, handles, listeners, ports. Part of stack.hpp, which includes it.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

template <class Policy>
stack<Policy>::stack(const stack_config& config, std::span<std::uint8_t> buffers) noexcept
    : config_(config),
      buffers_(buffers),
      isn_key_(derive_key(config.secret, key_use::sequence_numbers)),
      clock_key_(derive_key(config.secret, key_use::timestamp_clocks)),
      labels_(derive_key(config.secret, key_use::flow_labels)),
      flows_(flow_hash(derive_key(config.secret, key_use::flows))),
      ports_(derive_key(config.secret, key_use::ports), config.ports),
      cookies_(derive_key(config.secret, key_use::cookies)),
      fast_open_keys_(derive_key(config.secret, key_use::fast_open)) {
  usable_ = config.validate();
  if (usable_ && buffers.size() < buffer_octets) usable_ = {"buffers"};
}

template <class Policy>
result<void> stack<Policy>::add_address(const ip_address& address) noexcept {
  if (!address.is_unicast_peer()) return error::bad_argument;
  if (address_count_ != 0 && is_ours(address)) return {};
  if (address_count_ == addresses_.size()) return error::insufficient_resources;
  addresses_[address_count_++] = address;
  return {};
}

// With a secret that nobody has drawn no cookie would be made or accepted any more.
template <class Policy>
result<void> stack<Policy>::rotate_secret(secret_key fresh, instant now) noexcept {
  if (fresh.is_zero()) return error::bad_argument;
  cookies_.rotate(derive_key(fresh, key_use::cookies), now);
  return {};
}

template <class Policy>
result<void> stack<Policy>::renew_fast_open(secret_key fresh) noexcept {
  if (fresh.is_zero()) return error::bad_argument;
  fast_open_keys_.rotate(derive_key(fresh, key_use::fast_open));
  return {};
}

template <class Policy>
bool stack<Policy>::is_ours(const ip_address& address) const noexcept {
  for (u32 i = 0; i != address_count_; ++i) {
    if (addresses_[i] == address) return true;
  }
  return address_count_ == 0;
}

template <class Policy>
bool stack<Policy>::names(handle of) const noexcept {
  return slots_.holds(of.index, of.generation) && slots_[of.index].owned;
}

template <class Policy>
auto stack<Policy>::named(handle of) noexcept -> slot* {
  return names(of) ? &slots_[of.index] : nullptr;
}

template <class Policy>
auto stack<Policy>::find(handle of) const noexcept -> const connection_type* {
  return names(of) && awake(of.index) ? &tcp(of.index) : nullptr;
}

template <class Policy>
std::optional<connection_state> stack<Policy>::state_of(handle of) const noexcept {
  if (const connection_type* const at = find(of)) return at->state();
  if constexpr (sleeps) {
    if (flow_of(of)) return slots_[of.index].asleep.tcb().state;
  }
  return std::nullopt;
}

template <class Policy>
std::optional<flow> stack<Policy>::flow_of(handle of) const noexcept {
  if (!names(of)) return std::nullopt;
  return slots_[of.index].path;
}

template <class Policy>
std::optional<u32> stack<Policy>::listener_named(handle of) const noexcept {
  if (of.index < first_half_open) return std::nullopt;
  const u32 index = of.index - first_half_open;
  if (!listeners_.holds(index, of.generation)) return std::nullopt;
  return index;
}

template <class Policy>
result<handle> stack<Policy>::listen(const std::optional<ip_address>& local, std::uint16_t port, u32 backlog) noexcept {
  if (!usable_ || port == 0 || (local && !local->is_unicast_peer())) return error::bad_argument;
  if (listeners_.find_exactly(local, port)) return error::connection_already_exists;
  const auto index = listeners_.add(local, port, backlog);
  if (!index) return refuse(refusals::listener);
  return handle{first_half_open + *index, listeners_.generation(*index)};
}

// Makes a connection in a free place and lets its flow lead to it.
template <class Policy>
std::optional<u32> stack<Policy>::place(const connection_config& config, const flow& path) noexcept {
  const auto index = make(config, path);
  if (!index) return index;
  slots_[*index].service = config_.service;
  if (map(path, *index)) return index;
  unmake(*index);
  return std::nullopt;
}

template <class Policy>
std::optional<std::uint16_t> stack<Policy>::free_port(const flow& path) noexcept {
  return ports_.choose(path.local, path.remote, path.remote_port, [&](std::uint16_t port) {
    const flow tried{path.local, path.remote, port, path.remote_port};
    return lookup(tried) || is_land(tried) || listeners_.find(path.local, port);
  });
}

template <class Policy>
result<handle> stack<Policy>::connect(const ip_address& local, const ip_address& remote, std::uint16_t remote_port,
                                      instant now, std::uint16_t local_port) noexcept {
  if (!usable_) return error::bad_argument;
  if (local.is_v4() != remote.is_v4() || !local.is_unicast_peer() || !remote.is_unicast_peer() || !is_ours(local) ||
      remote_port == 0) {
    return error::foreign_socket_unspecified;
  }
  flow path{local, remote, local_port, remote_port};
  if (!has_vacancy()) return refuse(refusals::connection);
  if (local_port == 0) {
    const auto port = free_port(path);
    if (!port) return refuse(refusals::flow);
    path.local_port = *port;
  }
  if (lookup(path) || is_land(path)) return error::connection_already_exists;
  const auto index = place(config_of(path), path);
  if (!index) return refuse(refusals::flow);
  slot& made = slots_[*index];
  made.owned = true;
  static_cast<void>(tcp(*index).connect(now));
  touch(*index);
  return handle{*index, slots_.generation(*index)};
}

template <class Policy>
std::optional<handle> stack<Policy>::accept(handle listening) noexcept {
  const auto from = listener_named(listening);
  if (!from || listeners_[*from].waiting.empty()) return std::nullopt;
  const u32 index = listeners_[*from].waiting.first();
  listeners_[*from].waiting.remove(index, waiting_links());
  slot& given = slots_[index];
  given.listening = nobody;
  given.owned = true;
  given.readable = awake(index) && tcp(index).readable() != 0;
  tell(index);
  return handle{index, slots_.generation(index)};
}

template <class Policy>
result<void> stack<Policy>::close(handle of, instant now) noexcept {
  if (const auto listening = listener_named(of)) {
    close_listener(*listening);
    return {};
  }
  if (named(of) == nullptr) return error::connection_does_not_exist;
  let_go(of.index, now);
  return {};
}

template <class Policy>
result<void> stack<Policy>::abort(handle of) noexcept {
  if (const auto listening = listener_named(of)) {
    close_listener(*listening);
    return {};
  }
  if (named(of) == nullptr) return error::connection_does_not_exist;
  disown(of.index);
  give_up(of.index);
  return {};
}

template <class Policy>
void stack<Policy>::give_up(u32 index) noexcept {
  if (!awake(index)) return drop_asleep(index);
  static_cast<void>(tcp(index).abort());
  touch(index);
}

// What waited for accept() is reset; what is half-open is noticed when its next segment or deadline comes.
template <class Policy>
void stack<Policy>::close_listener(u32 index) noexcept {
  listener& closing = listeners_[index];
  while (!closing.waiting.empty()) {
    const u32 waiting = closing.waiting.first();
    closing.waiting.remove(waiting, waiting_links());
    slots_[waiting].listening = nobody;
    give_up(waiting);
  }
  if (closing.news.linked()) news_.remove(first_half_open + index, news_links());
  listeners_.remove(index);
  freed_ |= refusals::listener;
}

}  // namespace sequent
