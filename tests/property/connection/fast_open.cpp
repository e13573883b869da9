// Fast Open over a network that loses, repeats and reorders: each end keeps RFC 7413, as its oracles see it from the
// wire and from what its user is given.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sequent/wire/emit.hpp"
#include "tests/property/connection/stream_world.hpp"
#include "tests/refinement/fast_open_watched.hpp"
#include "tests/support/build.hpp"

namespace sequent::property {
namespace fast_open_properties {

struct fast_policy : roomy_policy {
  using fast_open = with_fast_open;
};
using fast_end = refinement::lockstep<fast_policy, longest_header + ordinary_size.most_mss>;

/// What a client may hold: bits of stream_setting::options above those of stream_option.
enum class held : std::uint8_t { good, good_without_size, nothing, guessed, longest };
constexpr std::uint32_t held_kinds = 5;
constexpr std::uint32_t held_shift = 9;

fast_open_cookie cookie_of(std::size_t octets) {
  return *fast_open_cookie::of(std::vector<std::uint8_t>(octets, 0x66));
}

/// An end that takes its role from the setting.
template <class Base>
class with_role : public Base {
 public:
  using Base::Base;
  void set_up(const stream_setting& s, model::side where) {
    const std::uint32_t options = s.options[model::at(where)];
    const auto size = static_cast<std::uint16_t>(s.mss[1 - model::at(where)]);
    const fast_open_cookie good =
        refinement::keys_of_runs().cookie_for(refinement::server_of_runs, refinement::client_of_runs);
    refinement::fast_open_role role;
    role.serves = (options & serves_fast) != 0;
    if ((options & opens_fast) != 0) {
      switch (static_cast<held>(options >> held_shift)) {
        case held::good: role.knows = {good, size}; break;
        case held::good_without_size: role.knows = {good, 0}; break;
        case held::nothing: role.knows = {fast_open_cookie{}, size}; break;
        case held::guessed: role.knows = {cookie_of(8), size}; break;
        case held::longest: role.knows = {cookie_of(16), size}; break;
      }
    }
    Base::set_fast_open(role);
  }
};

/// Below the watcher: rewrites what an end sends and what it gets.
template <class Change>
class meddled : public with_role<fast_end> {
 public:
  using with_role<fast_end>::with_role;
  void arrives(const packet& p) {
    with_role<fast_end>::arrives(changed(p, [this](auto& s) { change_.arrives(s); }));
  }
  std::optional<packet> poll() {
    auto sent = with_role<fast_end>::poll();
    if (!sent) return sent;
    return changed(*sent, [this](auto& s) { change_.sent(s); });
  }

 private:
  template <class Function>
  static packet changed(const packet& p, Function change) {
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    if (!parsed || !parsed->header.control.syn()) return p;
    segment<u32> header = parsed->header;
    change(header);
    const std::vector<std::uint8_t> text(parsed->text.begin(), parsed->text.end());
    packet out = p;
    const std::size_t offset = header_length + options_length(header.options);
    out.size = static_cast<std::uint16_t>(offset + text.size());
    std::copy(text.begin(), text.end(), out.room.begin() + static_cast<std::ptrdiff_t>(offset));
    emit_segment(header, std::span(out.room).first(out.size), pseudo_header{});
    return out;
  }
  Change change_{};
};

struct no_change {
  void arrives(segment<u32>&) {}
  void sent(segment<u32>&) {}
};

/// Takes every cookie for a good one.
struct believes_every_cookie : no_change {
  void arrives(segment<u32>& seg) {
    if (seg.control.ack() || !seg.options.fast_open || seg.options.fast_open->is_request()) return;
    seg.options.fast_open =
        refinement::keys_of_runs().cookie_for(refinement::server_of_runs, refinement::client_of_runs);
  }
};

/// Takes no cookie for a good one.
struct believes_no_cookie : no_change {
  void arrives(segment<u32>& seg) {
    if (!seg.control.ack()) seg.options.fast_open.reset();
  }
};

struct gives_no_cookie : no_change {
  void sent(segment<u32>& seg) {
    if (seg.control.ack()) seg.options.fast_open.reset();
  }
};

struct gives_cookies_always : no_change {
  void sent(segment<u32>& seg) {
    if (seg.control.ack()) seg.options.fast_open = cookie_of(8);
  }
};

struct sends_text_without_cookie : no_change {
  void sent(segment<u32>& seg) {
    if (!seg.control.ack() && seg.text_length != 0) seg.options.fast_open.reset();
  }
};

/// Repeats a SYN with its option.
struct repeats_option : no_change {
  void sent(segment<u32>& seg) {
    if (seg.control.ack()) return;
    if (seg.options.fast_open) first = seg.options.fast_open;
    seg.options.fast_open = first;
  }
  std::optional<fast_open_cookie> first{};
};

/// Takes the SYN,ACK for an acknowledgment of all text.
struct takes_text_for_granted : no_change {
  void arrives(segment<u32>& seg) {
    if (seg.control.ack()) seg.ack = seg.ack + text;
  }
  void sent(segment<u32>& seg) {
    if (seg.text_length != 0) text = seg.text_length;
  }
  u32 text = 0;
};

/// A server that takes every SYN for ten times as large as it is.
struct generous_fast_open : with_fast_open {
  constexpr void took_syn(std::size_t octets, std::size_t times) noexcept {
    with_fast_open::took_syn(10 * octets, times);
  }
};
struct generous_policy : roomy_policy {
  using fast_open = generous_fast_open;
};
using generous_end = refinement::lockstep<generous_policy, longest_header + ordinary_size.most_mss>;

/// A congestion control that begins with a window for everything.
struct hasty : congestion::reno {
  void start(u32 mss, bool syn_lost, std::uint8_t segments) noexcept {
    congestion::reno::start(mss, syn_lost, segments);
    set_window(1u << 20);
  }
};
struct hasty_policy : fast_policy {
  using congestion_control = hasty;
};
using hasty_end = refinement::lockstep<hasty_policy, longest_header + ordinary_size.most_mss>;

template <class Base>
using watched = refinement::fast_open_watched<Base>;
template <class Change>
using broken = watched<meddled<Change>>;

/// A stream that is opened fast, most of the time by a client with a good cookie to a server that serves.
template <class End>
finding opened_fast(const drawn_case& c) {
  number_choice head(c.head);
  stream_setting s = drawn_setting(head, ordinary_size);
  for (std::uint32_t& options : s.options) {
    const std::size_t uses = head.pick(8);
    if (uses != 0) options |= opens_fast;
    if (uses != 1) options |= serves_fast;
    const std::size_t kind = head.pick(8);
    options |= static_cast<std::uint32_t>(kind < held_kinds ? kind : 0) << held_shift;
  }
  // Two ends that cross with more text than windows of a few octets hold crawl: see docs/trust.md.
  if (s.both_active != 0) s.options[1] &= ~std::uint32_t{opens_fast};
  // Windows of several segments, or the initial one limits nothing.
  for (std::uint32_t& mss : s.mss) mss = std::min(mss, 200u);
  reconcile(s, ordinary_size);
  return run_stream<End>(s, ordinary_size, c.steps);
}

const registered fast_opens{claim{
    // covers: rfc7413#4.1 rfc7413#4.2
    .id = "fast-open",
    .says = "On every run that is opened fast RFC 7413 is kept: text of a SYN is taken exactly with a good cookie, a "
            "cookie is given to who lacks one, early answers keep to the initial window and to a "
            "multiple of the SYN, nothing that is repeated "
            "carries text or option, and what was not taken is sent again",
    .bounds = "the runs of the property stream with segments of at most 200 octets or a fortieth of the window; one "
              "end or both use Fast Open, but only one of two that open actively; the client holds a good cookie, a "
              "bad one or none",
    .head = setting_numbers + 4,
    .steps = 120,
    .cases = 2'500,
    .run = opened_fast<watched<with_role<fast_end>>>,
    .controls = {{"every cookie is believed", opened_fast<broken<believes_every_cookie>>},
                 {"no cookie is believed", opened_fast<broken<believes_no_cookie>>},
                 {"no cookie is given", opened_fast<broken<gives_no_cookie>>},
                 {"a cookie is given on every SYN,ACK", opened_fast<broken<gives_cookies_always>>},
                 {"text is sent without a cookie", opened_fast<broken<sends_text_without_cookie>>},
                 {"the option is repeated", opened_fast<broken<repeats_option>>},
                 {"text of a SYN is taken to be acknowledged", opened_fast<broken<takes_text_for_granted>>},
                 {"early answers are not limited", opened_fast<watched<with_role<hasty_end>>>},
                 {"a SYN counts for more than came", opened_fast<watched<with_role<generous_end>>>}},
}};

/// What a server does whose client is never heard of again.
finding unanswered(const drawn_case& c, bool patient) {
  number_choice head(c.head);
  connection_config config;
  config.user_timeout.reset();
  if (head.pick(4) == 0) config.user_timeout = duration::seconds(1 + static_cast<std::int64_t>(head.pick(400)));
  config.rto.initial = duration::milliseconds(1 + static_cast<std::int64_t>(head.pick(4'000)));
  config.fast_open_retries = static_cast<std::uint8_t>(head.pick(10));
  spec::fast_open_server_oracle oracle(true);
  oracle.limit_repeats(config.fast_open_retries);
  if (patient) config.fast_open_retries = 255;
  auto tcp = std::make_unique<connection<fast_policy>>(config);
  (void)tcp->listen();
  fast_open_verdict good;
  good.take_text = true;
  tcp->judge_syn(good);
  const test::packet syn = test::at(0).syn().text(1 + head.pick(100));
  (void)tcp->on_segment(syn.header, syn.octets, {});
  oracle.syn_arrived({.text = static_cast<std::int64_t>(syn.octets.size()),
                      .has_cookie = true,
                      .cookie_valid = true,
                      .octets = static_cast<std::int64_t>(40 + syn.octets.size())},
                     false);
  if (head.pick(2) == 0) (void)tcp->write(test::pattern(head.pick(300)));
  instant now{};
  int sent = 0;
  for (int i = 0; i != 100'000; ++i) {
    while (const auto next = tcp->next_segment(now)) {
      if (!next->header.control.syn()) continue;
      oracle.sent_syn_ack(next->header.ack.wire() == 1 ? 1 : 1 + static_cast<std::int64_t>(syn.octets.size()), 0, false,
                          sent++ != 0);
    }
    if (!oracle.violation().empty()) return {oracle.violation(), {}, {}};
    const auto due = tcp->next_deadline();
    if (!due) break;
    now = std::max(now, *due);
    tcp->on_deadline(now);
  }
  return {tcp->state() == connection_state::closed ? "" : "a connection whose client is gone does not end", {}, {}};
}

const registered silence{claim{
    // covers: rfc7413#5.1 MUST-23
    .id = "fast-open-unanswered",
    .says = "A server that was opened fast repeats its SYN,ACK no more often than it was told, and ends, though it has "
            "no user timeout and nobody answers",
    .bounds =
        "a SYN with 1 to 100 octets, answered early or not; no user timeout or one of up to 400 s; first timeouts "
        "of up to 4 s; up to nine repetitions",
    .head = 8,
    .cases = 500,
    .run = [](const drawn_case& c) { return unanswered(c, false); },
    .controls = {{"it is repeated 255 times", [](const drawn_case& c) { return unanswered(c, true); }}},
}};

}  // namespace fast_open_properties
}  // namespace sequent::property
