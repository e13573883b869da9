// Congestion controls that are wrong on purpose: what the checks of the congestion window must find.
#pragma once

#include "sequent/congestion/cubic.hpp"
#include "sequent/congestion/reno.hpp"

namespace sequent::property {

/// Keeps its window after a timeout.
struct shameless : congestion::reno {
  void on_timeout(u32 flight, u32 mss, bool, instant now) noexcept {
    if (flight < mss) congestion::reno::on_timeout(flight, mss, true, now);
  }
};

/// Begins with the usual window, whatever was asked for.
struct deaf_to_settings : congestion::reno {
  void start(u32 mss, bool syn_was_lost, std::uint8_t) noexcept { congestion::reno::start(mss, syn_was_lost); }
};

/// Keeps its window whatever is acknowledged.
struct never_grows : congestion::cubic {
  void on_ack(const congestion::progress&) noexcept {}
};

/// Keeps its threshold whatever is lost.
struct unmoved : congestion::cubic {
  void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    const u32 before = threshold();
    congestion::cubic::on_congestion(flight, mss, now);
    set_threshold(before);
  }
};

/// Lowers its threshold once more when the sender first moves the window of a recovery.
struct lowers_twice : congestion::cubic {
  void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    congestion::cubic::on_congestion(flight, mss, now);
    again = true;
    floor = 2 * mss;
  }
  void set_window(u32 octets) noexcept {
    congestion::cubic::set_window(octets);
    if (again) set_threshold(std::max(threshold() * 7 / 10, floor));
    again = false;
  }
  u32 floor = 0;
  bool again = false;
};

/// Halves the window, not what was outstanding.
struct halves_window : congestion::reno {
  void on_congestion(u32, u32 mss, instant now) noexcept { congestion::reno::on_congestion(window(), mss, now); }
};

/// Goes back to more than there was.
struct takes_back_more : congestion::cubic {
  void undo(u32 octets) noexcept {
    const u32 before = threshold();
    congestion::cubic::undo(octets);
    if (threshold() != before) set_threshold(threshold() + octets);
  }
};

/// Grows by what was acknowledged in congestion avoidance too.
struct exponential : congestion::reno {
  void on_ack(const congestion::progress& p) noexcept {
    congestion::reno::on_ack(p);
    if (!in_slow_start()) set_window(congestion::grown(window(), p.mss));
  }
};

/// Believes that what fast convergence leaves is what is left of ssthresh.
struct short_of_plateau : congestion::cubic_without_hystart {
  void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    const u32 before = window();
    set_window(before - before / 8);
    congestion::cubic_without_hystart::on_congestion(flight, mss, now);
    set_window(before);
  }
};

/// Lets time pass while the application does not use the window.
struct idle_clock : congestion::cubic_without_hystart {
  void on_ack(const congestion::progress& p) noexcept {
    if (p.window_was_full || in_slow_start()) return congestion::cubic_without_hystart::on_ack(p);
    congestion::progress counted = p;
    counted.acked = 0;
    counted.window_was_full = true;
    congestion::cubic_without_hystart::on_ack(counted);
  }
};

/// Halves, as NewReno does.
struct halving_cubic : congestion::cubic_without_hystart {
  void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    congestion::cubic_without_hystart::on_congestion(flight / 7 * 5, mss, now);
  }
};

/// Misses every other round-trip time.
struct half_deaf : congestion::hystart {
  u32 on_ack(const congestion::progress& p) noexcept {
    congestion::progress heard = p;
    if (missed = !missed; missed) heard.round_trip.reset();
    return congestion::hystart::on_ack(heard);
  }
  bool missed = false;
};

/// Takes each acknowledgment for the end of a round.
struct restless : congestion::hystart {
  u32 on_ack(const congestion::progress& p) noexcept {
    congestion::progress heard = p;
    heard.nxt = p.una;
    return congestion::hystart::on_ack(heard);
  }
};

}  // namespace sequent::property
