// What an application will do, as data.
#pragma once

#include <cstdint>
#include <vector>

namespace sequent::model {

/// The user calls that a script makes in order.
enum class call_kind : std::uint8_t { open_passive, open_active, write, shutdown, close, abort, evict };

/// One call. Except for the opens a call waits until the endpoint was ESTABLISHED, unless it is early.
struct call {
  call_kind what = call_kind::shutdown;
  std::uint32_t amount = 0;  ///< write: octets; open_active: octets written, if there is room, before the SYN is sent
  bool early = false;        ///< may be made before the connection is established
};

/// One reading. to_end: goes on, amount octets at a time, until the end of the stream; otherwise ends after amount.
struct reading {
  std::uint32_t amount = 1;
  bool to_end = false;
};

/// The two lanes of an application. Each lane is done in order; the lanes and the two sides interleave freely.
struct script {
  std::vector<call> calls;
  std::vector<reading> reads;
  bool open_at_start = true;   ///< the first call is made before anything else happens
  bool reads_at_once = false;  ///< reading follows arrival at once instead of being a move of its own
};

}  // namespace sequent::model
