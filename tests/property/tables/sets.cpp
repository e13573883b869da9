// The data structures under a connection, each beside a plain one: interval set, ring, reassembly.
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sequent/tables/ring.hpp"
#include "tests/property/claim.hpp"
#include "tests/property/drive.hpp"
#include "tests/property/tables/interval_subject.hpp"
#include "tests/property/tables/reassembly_subject.hpp"

namespace sequent::property {
namespace sets_properties {

// An origin near a wrap, near the half circle, or anywhere.
std::uint32_t drawn_origin(number_choice& head) {
  const std::size_t way = head.pick(4);
  const std::uint32_t any = head.word();
  if (way == 1) return 0u - any % 512;
  if (way == 2) return 0x8000'0000u - any % 512;
  return way == 0 ? 0 : any;
}

template <class Set>
case_check interval_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    return drive(interval_subject<Set, Set::most>(drawn_origin(head)), c.steps);
  });
}

/// Leaves intervals that only touch apart.
template <class Set>
struct touching_apart : Set {
  template <class Missing>
  insertion insert(sequence_number<u32> origin, interval add, Missing missing) noexcept {
    if (add.last - add.first < 2) return Set::insert(origin, add, missing);
    return Set::insert(origin, {add.first, add.last - 1u}, missing);
  }
};

/// Compares numbers as integers: what lies beyond a wrap counts as behind.
template <class Set>
struct unwrapped : Set {
  u32 take_from(sequence_number<u32> old_origin, sequence_number<u32> origin) noexcept {
    if (origin.wire() < old_origin.wire()) return 0;
    return Set::take_from(old_origin, origin);
  }
};

const registered intervals{claim{
    // covers: reassembly
    .id = "interval-set",
    .says = "The interval set holds what a plain set of positions holds, least the furthest runs beyond its limit",
    .bounds = "four runs; offsets of at most 290 octets from the origin; origins straddling 2^32 and 2^31, and any",
    .head = 3,
    .steps = 200,
    .cases = 4000,
    .run = interval_check<interval_set<4>>(),
    .controls = {{"the last octet of an interval is lost", interval_check<touching_apart<interval_set<4>>>()},
                 {"a wrap of the origin is not understood", interval_check<unwrapped<interval_set<4>>>()}},
}};

/// Forgets where the new origin lies in a run.
template <class Set>
struct whole_runs_only : Set {
  u32 take_from(sequence_number<u32> old_origin, sequence_number<u32> origin) noexcept {
    const interval* const inside = Set::find(old_origin, origin);
    const bool begins = inside == nullptr || inside->first == origin;
    const u32 follows = Set::take_from(old_origin, origin);
    return begins ? follows : 0;
  }
};

using many = large_interval_set<24, 8>;

const registered large_intervals{claim{
    // covers: reassembly
    .id = "interval-set-large",
    .says =
        "The interval set for many ranges holds what a plain set of positions holds, tells which octets are new and "
        "which came again, and refuses what would be a run beyond its limit",
    .bounds = "24 runs in chunks of at most 8; offsets of at most 256 octets from the origin; origins straddling 2^32 "
              "and 2^31, and any",
    .head = 3,
    .steps = 300,
    .cases = 2000,
    .run = interval_check<many>(),
    .controls = {{"the last octet of an interval is lost", interval_check<touching_apart<many>>()},
                 {"a wrap of the origin is not understood", interval_check<unwrapped<many>>()},
                 {"the rest of a run is lost when the origin moves into it", interval_check<whole_runs_only<many>>()}},
}};

template <reassembly_fault Fault>
case_check reassembly_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    const std::uint32_t first = drawn_origin(head);
    const std::size_t capacity = 1 + head.pick(reassembly_subject<>::most_capacity);
    return drive(reassembly_subject<Fault>(first, capacity), c.steps);
  });
}

const registered reassembly{claim{
    // covers: reassembly SHLD-31 rfc2018#4 rfc2883#4
    .id = "reassembly",
    .says =
        "What the receiver accepts is what a map from positions to octets accepts, first come first kept, and it never "
        "changes afterwards; what it reports is whole runs, the latest first, behind what came again",
    .bounds =
        "storage of 1 to 256 octets, four runs, segments of at most 47 octets from 24 before RCV.NXT to 24 beyond the "
        "window, copies that differ, FINs anywhere, first numbers straddling 2^32 and 2^31, and any",
    .head = 4,
    .steps = 300,
    .cases = 4000,
    .run = reassembly_check<reassembly_fault::none>(),
    .controls = {{"a later copy overwrites what is held", reassembly_check<reassembly_fault::overwrites>()},
                 {"a FIN that arrives ahead is forgotten", reassembly_check<reassembly_fault::reads_past_fin>()},
                 {"a repetition is reported twice", reassembly_check<reassembly_fault::tells_twice>()}},
}};

/// Forgets that the ring's end is followed by its beginning when it drops.
struct stuck_ring : ring<refinement::bounded_storage<64>> {
  using ring::ring;
  void drop(std::size_t octets) noexcept {
    if (octets + 1 < capacity()) ring::drop(octets);
  }
};

template <class Ring>
std::string ring_case(const drawn_case& c) {
  number_choice head(c.head);
  const std::size_t capacity = 1 + head.pick(64);
  Ring real{refinement::bounded_storage<64>(capacity)};
  std::deque<std::optional<std::uint8_t>> model(capacity);
  for (const step& s : c.steps) {
    const std::size_t offset = s[1] % (capacity + 1);
    const std::size_t length = s[2] % (capacity - offset + 1);
    if (s[0] % 3 == 0) {
      std::vector<std::uint8_t> octets(length);
      for (std::size_t i = 0; i < length; ++i) {
        octets[i] = static_cast<std::uint8_t>(s[3] + i * 7);
        model[offset + i] = octets[i];
      }
      real.put(offset, octets);
    } else if (s[0] % 3 == 1) {
      real.drop(offset);
      model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(offset));
      model.resize(capacity);
    }
    std::vector<std::uint8_t> out(capacity);
    real.get(0, out);
    for (std::size_t i = 0; i < capacity; ++i) {
      if (model[i] && *model[i] != out[i]) return "octet " + std::to_string(i) + " of the ring is another";
    }
    std::vector<std::uint8_t> part(length);
    real.get(offset, part);
    if (!std::equal(part.begin(), part.end(), out.begin() + static_cast<std::ptrdiff_t>(offset))) {
      return "a part of the ring differs from the whole";
    }
  }
  return {};
}

const registered rings{claim{
    .id = "ring",
    .says = "The ring gives back what was put into it, as a deque does",
    .bounds = "capacities of 1 to 64 octets, at most 100 calls",
    .head = 1,
    .steps = 100,
    .cases = 4000,
    .run = saying(ring_case<ring<refinement::bounded_storage<64>>>),
    .controls = {{"a drop of nearly everything does nothing", saying(ring_case<stuck_ring>)}},
}};

}  // namespace sets_properties
}  // namespace sequent::property
