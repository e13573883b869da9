// ECN over a network that loses and marks: each end keeps RFC 3168 section 6.1, as its oracle sees it from the wire.
#include <cstdint>
#include <optional>
#include <span>

#include "sequent/wire/emit.hpp"
#include "tests/property/connection/stream_world.hpp"
#include "tests/refinement/ecn_watched.hpp"

namespace sequent::property {
namespace ecn_properties {

using watched = refinement::ecn_watched<roomy_end>;

/// Rewrites the control bits and codepoint of what an end sends, below the watcher.
template <class Base>
class rewriting : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;
  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || parsed->header.control.syn()) return sent;
    segment<u32> header = parsed->header;
    this->rewrite(header, *sent);
    emit_segment(header, std::span(sent->room).first(sent->size), pseudo_header{});
    return sent;
  }
};

/// Passes one congestion echo over in silence.
struct echoes_once : roomy_end {
  using roomy_end::roomy_end;
  void rewrite(segment<u32>& header, packet&) {
    if (header.control.ece() && before) header.control = header.control.without(control_bits<u32>::ece_bit);
    before = header.control.ece() || before;
  }
  bool before = false;
};

struct never_tells : roomy_end {
  using roomy_end::roomy_end;
  static void rewrite(segment<u32>& header, packet&) {
    header.control = header.control.without(control_bits<u32>::cwr_bit);
  }
};

/// Lets routers mark everything.
struct marks_everything : roomy_end {
  using roomy_end::roomy_end;
  static void rewrite(segment<u32>&, packet& sent) { sent.ecn = ecn_codepoint::capable_0; }
};

/// Does not hear echoes.
struct deaf : roomy_end {
  using roomy_end::roomy_end;
  void arrives(const packet& p) {
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    if (!parsed || parsed->header.control.syn() || !parsed->header.control.ece()) return roomy_end::arrives(p);
    packet without = p;
    segment<u32> header = parsed->header;
    header.control = header.control.without(control_bits<u32>::ece_bit);
    emit_segment(header, std::span(without.room).first(without.size), pseudo_header{});
    roomy_end::arrives(without);
  }
};

/// A congestion control that an echo does not impress.
struct unimpressed : congestion::reno {
  void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    const u32 window_then = window();
    congestion::reno::on_congestion(flight, mss, now);
    set_threshold(window_then);
  }
  static constexpr u32 reduced(u32 flight) noexcept { return flight; }
};
struct unimpressed_policy : roomy_policy {
  using congestion_control = unimpressed;
};
using unimpressed_end = refinement::lockstep<unimpressed_policy, longest_header + ordinary_size.most_mss>;

/// A stream whose ends offer ECN, most of the time both, over a network that marks.
template <class End>
finding marked_run(const drawn_case& c) {
  number_choice head(c.head);
  stream_setting s = drawn_setting(head, ordinary_size);
  const std::size_t offers = head.pick(8);
  if (offers != 0) s.options[0] |= with_ecn;
  if (offers != 1) s.options[1] |= with_ecn;
  s.marks = static_cast<std::uint32_t>(1 + head.pick(32));
  // Windows of a few segments at least, or nothing is ever under way to be marked twice.
  for (std::uint32_t& mss : s.mss) mss = std::min(mss, 100u);
  reconcile(s, ordinary_size);
  return run_stream<End>(s, ordinary_size, c.steps);
}

template <class Base>
using broken = refinement::ecn_watched<Base>;

const registered marked{claim{
    // covers: rfc3168#6.1
    .id = "ecn",
    .says = "On every run over a network that marks, RFC 3168 is kept: what is agreed on, where ECT stands, marks are "
            "echoed until CWR comes, an echo reduces the window once for each window of data, and CWR tells of every "
            "reduction",
    .bounds =
        "the runs of the property stream with segments of at most 100 octets or a fortieth of the window; one end "
        "or both offer ECN; 1 to 32 marks",
    .head = setting_numbers + 2,
    .steps = 120,
    .cases = 1'000,
    .run = marked_run<watched>,
    .controls = {{"congestion is echoed only once", marked_run<broken<rewriting<echoes_once>>>},
                 {"CWR is never sent", marked_run<broken<rewriting<never_tells>>>},
                 {"every segment is sent with ECT", marked_run<broken<rewriting<marks_everything>>>},
                 {"echoes are not heard", marked_run<broken<deaf>>},
                 {"echoes do not reduce the window", marked_run<broken<unimpressed_end>>}},
}};

}  // namespace ecn_properties
}  // namespace sequent::property
