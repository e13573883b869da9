// What a peer that lies can make a sender do: not much.
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/connection/adversary_subject.hpp"

namespace sequent::property {
namespace adversary_properties {

template <class Policy>
case_check adversary_check(adversary_oracle which, adversary_fault fault = {}) {
  return saying(
      [which, fault](const drawn_case& c) { return adversary_subject<Policy>(which, c, fault).run(c.steps); });
}

/// Keeps its window at a timeout's end and after silence.
struct restless_reno : congestion::reno {
  constexpr void after_idle(u32) noexcept {}
};
struct restless_adversary : default_policy {
  using congestion_control = restless_reno;
};

/// Keeps its window through a silence, and sends all of it at once.
struct bursting_reno : congestion::validated<congestion::reno> {
  [[nodiscard]] constexpr u32 burst_room(u32) const noexcept { return congestion::largest_window; }
};
struct bursting_adversary : default_policy {
  using congestion_control = bursting_reno;
};

constexpr const char* adversary_bounds =
    "one connection; a peer that has announced segments of 40 to 1460 octets, with and without SACK, timestamps and "
    "scaled windows, answers 10 to 400 ms after what it answers, and does anything else at any time: acknowledgments "
    "and "
    "reports of any part of what it may have, windows of 0 to 65535 octets and their toggling, text, falling reports "
    "of "
    "routers; at most 60 steps";

const registered resends{claim{
    // covers: bounded-resends rfc1191#6.4 rfc5681#3.1
    .id = "resends-bounded",
    .says =
        "What is sent again within a round trip, for any reason, is no more than the congestion window, one "
        "segment and what is acknowledged meanwhile, whatever the peer and the routers say; and where a router reports "
        "that only smaller segments pass the window shrinks with them (RFC 5681 section 3.1)",
    .bounds = adversary_bounds,
    .head = 13,
    .steps = 60,
    .cases = 5'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::resends),
    .controls = {{"the window is a quarter of what is used",
                  adversary_check<reno_adversary>(adversary_oracle::resends, {.half_the_window = true})},
                 {"a report leaves the window eight times as large",
                  adversary_check<reno_adversary>(adversary_oracle::resends, {.wider_after_report = true})}},
}};

const registered override_in_time{claim{
    // covers: rfc9293#3.8.6.2.1 MUST-38
    .id = "override-in-time",
    .says = "Text that is held back because the segment would be small goes out within the override timeout, whatever "
            "arrives meanwhile (RFC 9293 section 3.8.6.2.1)",
    .bounds = adversary_bounds,
    .head = 13,
    .steps = 60,
    .cases = 3'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::override_timeout),
    .controls = {{"the timeout is twice what it is said to be",
                  adversary_check<reno_adversary>(adversary_oracle::override_timeout, {.longer_override = true})}},
}};

const registered closed_window{claim{
    // covers: SHLD-29 SHLD-30 rfc6429 reclamation rfc9293#3.8.6.1
    .id = "closed-window",
    .says = "A closed window is probed ever more rarely, whether probes are taken or not, and ends the connection when "
            "the user's limit says so, whatever is answered meanwhile",
    .bounds = adversary_bounds,
    .head = 13,
    .steps = 60,
    .cases = 3'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::closed_window),
    .controls = {{"the limit is twice what was promised",
                  adversary_check<reno_adversary>(adversary_oracle::closed_window, {.longer_limit = true})},
                 {"probes come twice as often as they may",
                  adversary_check<reno_adversary>(adversary_oracle::closed_window, {.hasty_probes = true})}},
}};

const registered patience{claim{
    // covers: MUST-37
    .id = "closed-window-patience",
    .says = "Behind a closed window a user timeout, however short, ends the connection only when the peer has left "
            "something unanswered for so long (RFC 9293 section 3.8.6.1)",
    .bounds = std::string(adversary_bounds) + "; user timeouts of 1, 5, 20 and 60 s",
    .head = 14,
    .steps = 60,
    .cases = 3'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::patience),
    .controls = {{"the user was promised twice the time",
                  adversary_check<reno_adversary>(adversary_oracle::patience, {.longer_patience = true})}},
}};

const registered keep_alives{claim{
    // covers: MUST-24 MUST-25 MUST-26 MUST-27 MUST-29
    .id = "keep-alives",
    .says =
        "No keep-alive is sent unless they are on, before the peer was silent for the time that was chosen, or sooner "
        "after the last; and none but so many unanswered ones end a connection, however often they are turned on and "
        "off (RFC 9293 section 3.8.4)",
    .bounds = std::string(adversary_bounds) + "; keep-alives after 30 s, each 5 s, three of them, turned on and off",
    .head = 13,
    .steps = 60,
    .cases = 3'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::keep_alives),
    .controls = {{"they wait for a longer silence",
                  adversary_check<reno_adversary>(adversary_oracle::keep_alives, {.longer_idleness = true})},
                 {"nobody has turned them on",
                  adversary_check<reno_adversary>(adversary_oracle::keep_alives, {.deaf_switch = true})}},
}};

const registered absences{claim{
    // covers: MUST-20 MUST-29 SHLD-11 rfc9293#3.8.3 clock-jumps
    .id = "absences",
    .says = "A host that was away, however long and often, gives a peer up only after it has asked it again and waited "
            "for the answer, once in a silence; and a peer that says nothing is given up in the end (RFC 9293 section "
            "3.8.3)",
    .bounds = std::string(adversary_bounds) + "; absences of 1 ms to an hour, and hosts that come late each time; user "
                                              "timeouts of 1 to 300 s, limits of closed windows and keep-alives, "
                                              "or none",
    .head = 15,
    .steps = 60,
    .cases = 6'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::absences),
    .controls = {{"an answer takes three times as long as it is waited for",
                  adversary_check<reno_adversary>(adversary_oracle::absences, {.longer_answers = true})},
                 {"what goes out after an absence is not seen",
                  adversary_check<reno_adversary>(adversary_oracle::absences, {.deaf_return = true})}},
}};

const registered idleness{claim{
    // covers: rfc5681#4.1
    .id = "restart-after-idle",
    .says =
        "After nothing was sent for longer than a timeout no more than the initial window leaves before something is "
        "heard, whenever what was sent was acknowledged (RFC 5681 section 4.1)",
    .bounds = std::string(adversary_bounds) + "; initial windows of 2, 10 and 20 segments",
    .head = 14,
    .steps = 60,
    .cases = 8'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::idleness),
    .controls = {{"the window is kept through a silence",
                  adversary_check<restless_adversary>(adversary_oracle::idleness)}},
}};

const registered bursts{claim{
    // covers: rfc7661#4.4.2
    .id = "burst-after-idle",
    .says = "A window that is kept through a silence (RFC 7661) is not sent at once: without pacing no more than the "
            "initial window leaves before something is heard",
    .bounds = std::string(adversary_bounds) + "; initial windows of 2, 10 and 20 segments",
    .head = 14,
    .steps = 60,
    .cases = 3'000,
    .run = adversary_check<validated_adversary>(adversary_oracle::idleness),
    .controls = {{"the whole window leaves at once", adversary_check<bursting_adversary>(adversary_oracle::idleness)}},
}};

const registered orphans{claim{
    // covers: reclamation orphans rfc6429
    .id = "orphans-end",
    .says = "A connection whose user has closed both directions, and whose peer answers nothing more, ends within the "
            "orphan timeout, whatever was configured for connections with a user",
    .bounds = adversary_bounds,
    .head = 13,
    .steps = 60,
    .cases = 6'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::orphans),
    .controls = {{"the end was promised for half of the time",
                  adversary_check<reno_adversary>(adversary_oracle::orphans, {.shorter_orphans = true})}},
}};

const registered announced{claim{
    // covers: MUST-16
    .id = "announced-size",
    .says = "No segment is larger than what the peer has announced, options included, but for one octet of text where "
            "options leave no room",
    .bounds = adversary_bounds,
    .head = 13,
    .steps = 60,
    .cases = 1'000,
    .run = adversary_check<reno_adversary>(adversary_oracle::segment_size),
    .controls = {{"the peer has announced an octet less",
                  adversary_check<reno_adversary>(adversary_oracle::segment_size, {.smaller_announced = true})}},
}};

}  // namespace adversary_properties
}  // namespace sequent::property
