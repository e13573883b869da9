// What a sender does where the path takes less than was thought, or the peer could not take what was sent (RFC 1191,
// RFC 4821). Part of transfer/sender.hpp, which includes it.
#pragma once

#include "sequent/transfer/sender.hpp"

namespace sequent {

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::send_again(
    const send_variables<u32>& snd, instant now, timer_set& timers, const connection_config& config) noexcept {
  if (snd.una == snd.nxt) return;
  recovery_.give_up_outstanding(snd.nxt);
  restart_retransmission(now, timers, config);
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::on_smaller_path(
    const send_variables<u32>& snd, u32 mss, instant now, timer_set& timers, const connection_config& config) noexcept {
  if (snd.una == snd.nxt || recovery_.recovering()) return;
  recovery_.give_up_outstanding(snd.nxt);
  congestion_.set_threshold((std::max)(congestion_.threshold(), congestion_.window()));
  congestion_.set_window(mss);
  restart_retransmission(now, timers, config);
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::shrink_window(u32 former, u32 mss) noexcept {
  if (mss >= former) return;
  const auto share = [&](u32 octets) { return static_cast<u32>(std::uint64_t{octets} * mss / former); };
  if (recovery_.recovering()) {
    congestion_.set_threshold((std::max)(share(congestion_.threshold()), 2 * mss));
    return recovery_.lead_to(congestion_.threshold());
  }
  congestion_.set_window((std::max)(share(congestion_.window()), mss));
  congestion_.set_threshold(congestion_.threshold());  // CUBIC goes on from here, not from where its curve was
}

}  // namespace sequent
