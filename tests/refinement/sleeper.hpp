// An end of the world that falls asleep whenever it can: its connection is put away as a dormant one and made anew from
// that, and nothing may differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sequent/connection/dormant.hpp"
#include "tests/refinement/connection_fingerprint.hpp"

namespace sequent::refinement {

/// Base is an end in lockstep, perhaps watched. Dormant is the production code's, or a broken one.
template <class Base, class Dormant = dormant<typename Base::connection_type::policy>>
class sleeper : public Base {
 public:
  using packet = typename Base::packet;
  using connection_type = typename Base::connection_type;
  using policy = typename connection_type::policy;
  using Base::Base;

  void arrives(const packet& p) {
    std::optional<Dormant> asleep;
    const auto parsed = parse_segment(p.octets(), Base::tcp().config().addresses);
    if (parsed && Dormant::can_hold(Base::tcp())) {
      asleep.emplace(Base::tcp());
      if (!asleep->arrives(parsed->header, Base::tcp().config(), instant{})) asleep.reset();
    }
    Base::arrives(p);
    if (asleep && !same(Base::tcp(), awake(*asleep))) complain("a segment means another thing to a sleeper");
    doze();
  }
  void advance(std::int64_t microseconds) {
    Base::advance(microseconds);
    doze();
  }
  std::optional<packet> poll() {
    auto sent = Base::poll();
    doze();
    return sent;
  }
  std::size_t read(std::span<std::uint8_t> room) {
    const std::size_t n = Base::read(room);
    doze();
    return n;
  }

  [[nodiscard]] std::string violation() const { return wrong_.empty() ? Base::violation() : wrong_; }

 private:
  void doze() {
    if (!Dormant::can_hold(Base::tcp())) return;
    const connection_type again = awake(Dormant(Base::tcp()));
    if (!same(Base::tcp(), again)) complain("a connection wakes as another than it fell asleep");
    Base::replace(again);
  }

  // The connection that goes on from there, in buffers of the same size.
  [[nodiscard]] connection_type awake(const Dormant& asleep) const {
    const connection_type& was = Base::tcp();
    connection_config plain = was.config();
    plain.nagle = !plain.nagle;  // what a user set is kept with the sleeper
    plain.keep_alive.enabled = !plain.keep_alive.enabled;
    plain.user_timeout = plain.user_timeout ? std::nullopt : std::optional(duration::seconds(1));
    connection_type made(plain, typename policy::send_storage(was.sending().room() + was.sending().queued()),
                         typename policy::receive_storage(was.receiving().room() + was.receiving().unread()));
    asleep.wake(made);
    return made;
  }
  [[nodiscard]] static bool same(const connection_type& a, const connection_type& b) {
    model::fingerprint left;
    model::fingerprint right;
    feed(left, a, true);
    feed(right, b, true);
    return left.value() == right.value() && a.path() == b.path() && a.config() == b.config() &&
           a.last_icmp() == b.last_icmp() && a.receiving().tuning() == b.receiving().tuning();
  }
  void complain(const char* what) {
    if (wrong_.empty()) wrong_ = what;
  }

  std::string wrong_;
};

}  // namespace sequent::refinement
