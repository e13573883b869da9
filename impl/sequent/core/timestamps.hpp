// Timestamps and PAWS (RFC 7323 sections 4 and 5).
#pragma once

#include "sequent/core/control_block.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// How long TS.Recent may reject segments without having been refreshed (RFC 7323 section 5.5): 24 days.
inline constexpr duration timestamp_lifetime = duration::seconds(24LL * 24 * 3600);

/// TS.Recent is too old to say anything.
template <word W>
[[nodiscard]] constexpr bool recent_is_stale(const timestamp_variables<W>& ts, instant now) noexcept {
  return now - ts.recent_at > timestamp_lifetime;
}

/// PAWS (RFC 7323 section 5.3, R1): the segment's timestamp is older than TS.Recent. Not asked of RST.
template <word W>
[[nodiscard]] constexpr bool paws_rejects(const timestamps<W>& seen, const timestamp_variables<W>& ts,
                                          instant now) noexcept {
  return before(seen.value, ts.recent) && !recent_is_stale(ts, now);
}

/// Takes the segment's timestamp as TS.Recent if it should be echoed (RFC 7323 section 4.3 (2)): the segment covers
/// Last.ACK.sent and its timestamp is no older, or TS.Recent has outlived its use. The segment is acceptable.
template <word W>
constexpr void take_timestamp(const segment<W>& seg, timestamp_variables<W>& ts, instant now) noexcept {
  if (!ts.enabled || !seg.options.ts) return;
  const timestamps<W>& seen = *seg.options.ts;
  if (!at_or_before(seg.seq, ts.last_ack_sent)) return;
  if (before(seen.value, ts.recent) && !recent_is_stale(ts, now)) return;
  ts.recent = seen.value;
  ts.recent_at = now;
}

}  // namespace sequent
