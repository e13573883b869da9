// What the controls of watched ends share: an end whose segments are changed on their way out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sequent/wire/emit.hpp"
#include "sequent/wire/parse.hpp"

namespace sequent::property {

inline constexpr const char* stream_bounds =
    "the runs of the property stream: two ends, at most 8000 octets each way, rings of 1 to 4096 octets, segments of 1 "
    "to "
    "548 octets, at most 32 of each disturbance, 4 old duplicates";

/// Changes the header of every so-manieth segment, where `change` says that it has; text that is left out is cut off.
template <class Base, int every, bool (*change)(segment<u32>&)>
class meddling : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;
  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent || ++count_ % every != 0) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed) return sent;
    segment<u32> changed = parsed->header;
    if (!change(changed)) return sent;
    sent->size = static_cast<std::uint16_t>(sent->size - (parsed->header.text_length - changed.text_length));
    emit_segment(changed, std::span(sent->room).first(sent->size), pseudo_header{});
    return sent;
  }

 private:
  int count_ = 0;
};

}  // namespace sequent::property
