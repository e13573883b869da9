// Which octets go out next: new ones within the windows, as Nagle and the silly window syndrome allow (RFC 9293
// sections 3.7.4 and 3.8.6.2.1), lost ones, probes. Part of sender.hpp, which includes it.
#pragma once

#include "sequent/transfer/sender.hpp"

namespace sequent {

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr bool sender<Storage, Congestion, MostRuns, Pacing, Parts>::next(const control_block<u32>& tcb, u32 mss,
                                                                          u32 most, bool nagle,
                                                                          text_to_send& run) noexcept {
  const send_variables<u32>& snd = tcb.snd;
  if (recovery_.resends() && !(snd.una == snd.nxt)) {
    const auto lost = recovery_.first_lost();
    if (recovery_.head_due()) {
      run = lost ? sent_before(snd, lost->first, lost->last, mss) : sent_before(snd, snd.una, snd.nxt, mss);
      return true;
    }
    if (lost) return resend(snd, lost->first, lost->last, mss, nagle, run);
    run = tail(snd, mss);
    return true;
  }
  return unsent(snd, mss, most, nagle, run);
}

// Octets [at, until) of what is outstanding, or as many of them as fit one segment.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr text_to_send sender<Storage, Congestion, MostRuns, Pacing, Parts>::sent_before(const send_variables<u32>& snd,
                                                                                         sequence_number<u32> at,
                                                                                         sequence_number<u32> until,
                                                                                         u32 mss) const noexcept {
  const sequence_number<u32> text_end = snd.fin_sent ? snd.nxt - 1u : snd.nxt;
  const bool to_the_end = until == snd.nxt;
  const u32 length = (std::min)(mss, (to_the_end ? text_end : until) - at);
  const bool last = to_the_end && at + length == text_end;
  return {at, length, last && snd.fin_sent, last && text_end == end(), true};
}

// What is taken for lost goes out before anything new, as the congestion window allows; but after a timeout that may
// have been spurious something new tells more.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr bool sender<Storage, Congestion, MostRuns, Pacing, Parts>::resend(const send_variables<u32>& snd,
                                                                            sequence_number<u32> at,
                                                                            sequence_number<u32> until, u32 mss,
                                                                            bool nagle, text_to_send& run) noexcept {
  if (recovery_.wants_new_data()) {
    if (unsent(snd, mss, mss, nagle, run)) return true;
    // There is room in the network, and nothing that may be sent. One new segment is enough all the same: what answers
    // it tells (RFC 5682 section 2.1, step 2b).
    const bool room = recovery_.pipe() == 0 || recovery_.pipe() + mss <= congestion_.window();
    if (room && !recovery_.doubt().has_sent_new()) recovery_.no_new_data();
  }
  if (recovery_.wants_new_data()) return false;
  run = sent_before(snd, at, until, mss);
  // With nothing in the network no acknowledgment will come that makes room: PRR counts octets, and may leave less than
  // the next segment. One may always be outstanding (RFC 5681 section 3.1).
  const u32 pipe = recovery_.pipe();
  return pipe == 0 || pipe + run.length <= congestion_.window();
}

// A tail loss probe (RFC 8985 section 7.3): the next new segment, though the congestion window may be full, or the
// last one again.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr text_to_send sender<Storage, Congestion, MostRuns, Pacing, Parts>::tail(const send_variables<u32>& snd,
                                                                                  u32 mss) const noexcept {
  const u32 queue = unsent_octets(snd);
  const u32 flight = snd.nxt - snd.una;
  const u32 usable = snd.wnd > flight ? snd.wnd - flight : 0;
  if (const u32 length = (std::min)({queue, mss, usable}); length != 0 && !ecn_.held()) {
    const bool fin = snd.fin_asked && !snd.fin_sent && length == queue && usable > length;
    return {snd.nxt, length, fin, length == queue, false};
  }
  const u32 again = (std::min)(mss + (snd.fin_sent ? 1u : 0u), flight);
  return sent_before(snd, snd.nxt - again, snd.nxt, mss);
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr bool sender<Storage, Congestion, MostRuns, Pacing, Parts>::unsent(const send_variables<u32>& snd, u32 mss,
                                                                            u32 most, bool nagle,
                                                                            text_to_send& run) const noexcept {
  const u32 queue = unsent_octets(snd);
  const bool fin_next = snd.fin_asked && !snd.fin_sent;
  if (queue == 0 && !fin_next) return false;
  const u32 flight = snd.nxt - snd.una;
  const u32 usable = snd.wnd > flight ? snd.wnd - flight : 0;
  if (force_) {
    // At least one octet, or the FIN alone, even if the window is closed.
    const u32 length = (std::min)({queue, mss, (std::max)(usable, u32{1})});
    const bool fin = fin_next && length == queue && (queue == 0 || usable > queue);
    run = {snd.nxt, length, fin, length == queue, false};
    return true;
  }
  if (ecn_.held()) return false;
  const u32 pipe = recovery_.pipe();
  u32 congestion_room = congestion_.window() > pipe ? congestion_.window() - pipe : 0;
  if constexpr (bounds_bursts()) congestion_room = (std::min)(congestion_room, congestion_.burst_room(mss));
  u32 length = (std::min)({queue, most, usable, congestion_room});
  // A large segment is cut into full ones, so it ends at the end of one unless it empties the queue.
  if (length > mss && length != queue) length -= length % mss;
  const bool all = length == queue;
  const bool fin = fin_next && all && usable > length;
  run = {snd.nxt, length, fin, all, false};
  if (length == 0) return fin;
  // RFC 9293 section 3.8.6.2.1, conditions (1) to (3); a FIN pushes like a PUSH and is not held back by Nagle.
  const bool quiet = flight == 0 || !nagle;
  return length >= mss || (all && (quiet || fin)) || (quiet && length >= snd.max_wnd / 2);
}

}  // namespace sequent
