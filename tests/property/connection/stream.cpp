// Stream integrity over a lossy network: what is read is a prefix of what was written, and after a clean close all of
// it.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "sequent/wire/emit.hpp"
#include "tests/property/connection/stream_world.hpp"
#include "tests/refinement/sleeper.hpp"

namespace sequent::property {
namespace stream_properties {

/// Mends the checksum of whatever arrives, as a host that does not verify would take it: damage gets into the stream.
template <class Base>
class trusting : public Base {
 public:
  using Base::Base;
  void arrives(const typename Base::packet& p) {
    typename Base::packet mended = p;
    store16(mended.room.data() + 16, 0);
    store16(mended.room.data() + 16, checksum_field(sum_octets(mended.octets()) + pseudo_header{}.sum(mended.size)));
    Base::arrives(mended);
  }
};

/// Never asks to be woken: nothing that is lost is sent again.
template <class Base>
class sleepless : public Base {
 public:
  using Base::Base;
  [[nodiscard]] std::optional<std::int64_t> deadline() const { return std::nullopt; }
};

/// Reads the octets of each read in the wrong order.
template <class Base>
class reversing : public Base {
 public:
  using Base::Base;
  std::size_t read(std::span<std::uint8_t> room) {
    const std::size_t n = Base::read(room);
    std::reverse(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(n));
    return n;
  }
};

/// Takes an empty buffer for the end of the stream.
template <class Base>
class bluntly_closing : public Base {
 public:
  using Base::Base;
  [[nodiscard]] bool end_of_stream() const { return Base::established() && Base::readable() == 0; }
};

const registered ordinary{claim{
    // covers: odd-peers sequence-numbers rfc9293#3.6 rfc9293#3.5 rfc9293#3.8.6.3 rfc2018#4 rfc2883#4 rfc7323#3.2
    .id = "stream",
    .says = "What is read is a prefix of what was written, after a clean close all of it; every run can still finish; "
            "production code and specification stay in lockstep",
    .bounds =
        "two ends; at most 8000 octets each way; rings of 1 to 4096 octets; segments of 1 to 548 octets; at most 64 "
        "segments in flight each way; at most 32 each of losses, duplicates, overtakings, corruptions and early "
        "timers, 4 old duplicates; timestamps, SACK, scaling, Nagle, delayed ACK, early writes drawn for each end",
    .head = setting_numbers,
    .steps = 120,
    .cases = 1500,
    .run = stream_check<roomy_end>(ordinary_size),
    .controls = {{"an end does not verify checksums", stream_check<trusting<roomy_end>>(ordinary_size)},
                 {"timers never fire", stream_check<sleepless<roomy_end>>(ordinary_size)},
                 {"octets of a read come out in reverse", stream_check<reversing<roomy_end>>(ordinary_size)},
                 {"an empty buffer is taken for the end of the stream",
                  stream_check<bluntly_closing<roomy_end>>(ordinary_size)}},
}};

/// Wakes as it fell asleep the time before.
template <class Policy>
class stale : public dormant<Policy> {
 public:
  explicit stale(const connection<Policy>& c) : dormant<Policy>(c), before_(last_) { last_ = *this; }
  void wake(connection<Policy>& c) const { (before_ ? *before_ : static_cast<const dormant<Policy>&>(*this)).wake(c); }

 private:
  inline static std::optional<dormant<Policy>> last_{};
  std::optional<dormant<Policy>> before_;
};

/// Takes what a sleeper must not take: text, and windows that change.
template <class Policy>
class easy : public dormant<Policy> {
 public:
  using dormant<Policy>::dormant;
  bool arrives(const segment<u32>& header, const connection_config& config, instant now) {
    segment<u32> bare = header;
    bare.text_length = 0;
    return dormant<Policy>::arrives(bare, config, now);
  }
};

const registered asleep{claim{
    .id = "sleep",
    // covers: sleeping
    .says =
        "A connection that is put away whenever it has nothing to do, and made anew from what was kept, is the same "
        "in all that its future depends on; what a sleeper takes without waking means the same to it",
    .bounds = "the runs of the property stream",
    .head = setting_numbers,
    .steps = 120,
    .cases = 500,
    .run = stream_check<refinement::sleeper<roomy_end>>(ordinary_size),
    .controls = {{"it wakes as it was the time before",
                  stream_check<refinement::sleeper<roomy_end, stale<roomy_policy>>>(ordinary_size)},
                 {"it takes text in its sleep",
                  stream_check<refinement::sleeper<roomy_end, easy<roomy_policy>>>(ordinary_size)}},
}};

const registered scaled{claim{
    // covers: rfc7323#2
    .id = "stream-scaled",
    .says = "The same with windows beyond 65535 octets, scaled by 1 or 2 bits",
    .bounds =
        "two ends; at most 400000 octets each way; rings of 65536 to 262144 octets; segments of at most 8960 octets; "
        "at most 64 segments in flight each way; at most 32 each of losses, duplicates, overtakings, corruptions and "
        "early timers, 4 old duplicates; options drawn for each end",
    .head = setting_numbers,
    .steps = 120,
    .cases = 60,
    .run = stream_check<vast_end>(scaled_size),
    .controls = {{"an end does not verify checksums", stream_check<trusting<vast_end>>(scaled_size)}},
}};

}  // namespace stream_properties
}  // namespace sequent::property
