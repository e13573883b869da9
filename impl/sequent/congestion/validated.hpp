// A congestion control beside which RFC 7661 watches how much of the window is used.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sequent/congestion/progress.hpp"
#include "sequent/congestion/validation.hpp"

namespace sequent::congestion {

/// Base, but for the window that its user leaves unused: that is kept for five minutes instead of being given up after
/// a timeout's silence, does not grow meanwhile, and a loss then is answered by what was in use. Costs 72 octets of
/// state and some arithmetic for each acknowledgment.
template <class Base>
class validated : public Base {
 public:
  constexpr void start(u32 mss, bool syn_was_lost, std::uint8_t initial_segments = usual_initial_segments) noexcept {
    Base::start(mss, syn_was_lost, initial_segments);
    validation_.start(instant{});
    mss_ = mss;
    burst_ = 0;
    doubted_ = false;
  }

  constexpr void on_ack(progress p) noexcept {
    validation_.on_ack(p.acked, p.now, p.smoothed);
    // RFC 7661 section 4.3 lets a window grow of which half is used; a control whose RFC does not is told the truth.
    if constexpr (!grows_only_when_full()) {
      p.window_was_full = validation_.may_grow(p.window_was_full, Base::window(), p.now);
    }
    Base::on_ack(p);
  }

  constexpr void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    const std::optional<u32> used = validation_.on_loss(Base::window(), flight, mss, now);
    resent_ = 0;
    Base::on_congestion(flight, mss, now);
    if (used) Base::set_threshold(*used);
  }

  /// Octets were sent again: R of RFC 7661 section 4.4.1.
  constexpr void resent(u32 octets) noexcept { resent_ = grown(resent_, (std::min)(octets, largest_window)); }

  /// Recovery is over. After a loss in the non-validated phase the window goes on with half of what was in use and did
  /// not have to be sent again (RFC 7661 section 4.4.1).
  constexpr void leave_recovery() noexcept {
    const std::optional<u32> kept = validation_.on_recovered(resent_, mss_);
    resent_ = 0;
    if (kept) Base::set_threshold((std::min)(*kept, Base::threshold()));
    Base::leave_recovery();
  }

  constexpr void on_timeout(u32 flight, u32 mss, bool first, instant now) noexcept {
    validation_.on_timeout();
    burst_ = 0;
    Base::on_timeout(flight, mss, first, now);
  }

  /// How much may go out at once without pacing: the initial window for each acknowledgment in the non-validated phase
  /// (RFC 7661 section 4.4.2), else no bound.
  [[nodiscard]] constexpr u32 burst_room(u32 mss) const noexcept {
    const u32 most = Base::initial_window(mss);
    if (!doubted_) return largest_window;
    return most > burst_ ? most - burst_ : 0;
  }
  /// Text was sent; something was heard of what is outstanding.
  constexpr void sent(u32 octets) noexcept { burst_ = grown(burst_, (std::min)(octets, largest_window)); }
  constexpr void heard() noexcept { burst_ = 0; }

  /// Text is about to be sent: a window that nobody has used for long shrinks.
  constexpr void before_sending(u32 mss, instant now) noexcept {
    doubted_ = !validation_.validated(Base::window(), now);
    const auto kept = validation_.before_sending(Base::window(), Base::threshold(), Base::initial_window(mss), now);
    if (!kept) return;
    Base::set_window(kept->window);
    Base::set_threshold(kept->threshold);
  }

  constexpr void rebase(duration elapsed) noexcept {
    Base::rebase(elapsed);
    validation_.rebase(elapsed);
  }

  [[nodiscard]] constexpr const window_validation& validation() const noexcept { return validation_; }

  friend bool operator==(const validated&, const validated&) noexcept = default;

 private:
  [[nodiscard]] static constexpr bool grows_only_when_full() noexcept {
    if constexpr (requires { Base::grows_only_when_full; }) {
      return Base::grows_only_when_full;
    } else {
      return false;
    }
  }

  window_validation validation_{};
  u32 mss_ = 0;
  u32 resent_ = 0;  // since the latest loss
  u32 burst_ = 0;   // sent since something was heard
  bool doubted_ = false;
};

}  // namespace sequent::congestion
