// The stack beside a map of whole connections, with and without room for all of them.
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/stack/stack_subject.hpp"

namespace sequent::property {
namespace stacks_properties {

stack_setting drawn_setting(number_choice& head) {
  stack_setting drawn;
  drawn.options = head.pick(2) == 1;
  drawn.latency_ms = static_cast<std::uint16_t>(head.pick(50));
  drawn.timestamps = head.pick(2) == 1;
  drawn.ecn = head.pick(2) == 1;
  drawn.short_lived = head.pick(2) == 1;
  drawn.named = head.pick(2) == 1;
  return drawn;
}

template <class Policy>
std::string drive(const stack_setting& drawn, stack_fault fault, const std::vector<step>& steps) {
  stack_subject<Policy> subject(drawn, fault);
  for (std::size_t i = 0; i != steps.size(); ++i) {
    if (std::string wrong = subject.apply(steps[i]); !wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
    if (subject.over()) break;
  }
  return {};
}

case_check map_check(stack_fault fault) {
  return saying([fault](const drawn_case& c) {
    number_choice head(c.head);
    return drive<roomy_stack>(drawn_setting(head), fault, c.steps);
  });
}

const registered maps{claim{
    // covers: demultiplexing listeners time-wait-records martians rfc9293#3.9.2.2 rfc6437#3
    .id = "stack-map",
    .says =
        "A stack sends on every flow what a map from flows to whole connections sends, and ends in the same states: "
        "each segment and ICMP error reaches its connection, the compact SYN queue and TIME-WAIT change nothing, what "
        "is nobody's is not answered, no place is lost; over IPv6 each flow has one label",
    .bounds =
        "ten flows of both families, six of which differ in one place each, and six that are opened from here; with "
        "and without timestamps, SACK, window scale and ECN; at most 120 segments, ICMP errors, calls and waits; "
        "limits hardly ever reached, no cookies, no early end of TIME-WAIT",
    .head = 6,
    .steps = 120,
    .cases = 4000,
    .run = map_check(stack_fault::none),
    .controls = {{"some segments reach another connection", map_check(stack_fault::crossed)},
                 {"TIME-WAIT ends early", map_check(stack_fault::forgets_time_wait)},
                 {"a new SYN ends TIME-WAIT", map_check(stack_fault::reuses_time_wait)},
                 {"marks of congestion are not passed on", map_check(stack_fault::sees_no_mark)},
                 {"a packet of a nobody is answered", map_check(stack_fault::takes_strangers)},
                 {"octets that were not lent are sent", map_check(stack_fault::believes_loans)},
                 {"what is said of Nagle means the opposite", map_check(stack_fault::turns_nagle_round)},
                 {"a tag is another connection's", map_check(stack_fault::mixes_tags)},
                 {"a packet has another flow label than its flow", map_check(stack_fault::mislabels)},
                 {"the SYN queue sends its SYN,ACK again too late", map_check(stack_fault::repeats_late)}},
}};

case_check sleep_check(stack_fault fault) {
  return saying([fault](const drawn_case& c) {
    number_choice head(c.head);
    return drive<sleepy_stack>(drawn_setting(head), fault, c.steps);
  });
}

const registered sleepers{claim{
    // covers: sleeping
    .id = "stack-sleep",
    .says =
        "A stack whose idle connections fall asleep to make room for others sends what a map of whole connections "
        "sends that never sleep; where all places are taken by busy ones, what needs one is refused or as if lost, "
        "who was refused one, a loan or a connection is told of the next, and who was closed in its sleep is closed "
        "once there is one",
    .bounds = "as stack-map; three of the connections are awake at a time, one of them with a buffer that is lent; a "
              "run ends where keep-alives of several sleepers are due at one moment and not all find a place",
    .head = 6,
    .steps = 120,
    .cases = 6000,
    .run = sleep_check(stack_fault::none),
    .controls = {{"what finds its connection asleep is lost now and then", sleep_check(stack_fault::sleeps_on)},
                 {"octets that were not lent are sent", sleep_check(stack_fault::believes_loans)},
                 {"a tag is another connection's", sleep_check(stack_fault::mixes_tags)},
                 {"nobody hears of a place that is free again", sleep_check(stack_fault::hears_of_no_place)},
                 {"a sleeper that finds no place is reset by close()", sleep_check(stack_fault::resets_sleepers)},
                 {"some segments reach another connection", sleep_check(stack_fault::crossed)}},
}};

case_check limits_check(stack_fault fault) {
  return saying([fault](const drawn_case& c) {
    number_choice head(c.head);
    stack_setting drawn = drawn_setting(head);
    drawn.cookies = static_cast<cookie_policy>(head.pick(3));
    drawn.reuse = head.pick(4) != 0;
    drawn.lazy = head.pick(2) == 1;
    drawn.backlog = 1 + static_cast<u32>(head.pick(4));
    return drive<tight_stack>(drawn, fault, c.steps);
  });
}

const registered limits{claim{
    // covers: listeners syn-cookies time-wait-reuse limits orphans rfc6191#2 rfc4987#3.6
    .id = "stack-limits",
    .says = "A stack whose tables are too small does at each limit what is documented: it keeps, drops, answers with a "
            "cookie, forgets the oldest or refuses exactly when a model of a few counts does; a cookie that comes back "
            "makes the connection that its SYN would have made, a new SYN ends TIME-WAIT as RFC 6191 says and gives it "
            "back if nothing comes of it",
    .bounds =
        "ten flows and six opened from here, with ports named or chosen from three; room for five connections, three "
        "half-open ones and two in TIME-WAIT; backlogs of one to four, accepted at once or late; every cookie policy, "
        "with secrets replaced; TIME-WAIT of 4 and 240 s; two retries of a SYN,ACK and 255; at most 150 segments, ICMP "
        "errors, calls and waits",
    .head = 10,
    .steps = 150,
    .cases = 15'000,
    .run = limits_check(stack_fault::none),
    .controls = {{"the backlog is one too long", limits_check(stack_fault::longer_backlog)},
                 {"a new secret ends the old one's cookies", limits_check(stack_fault::forgets_old_secret)},
                 {"a new SYN ends TIME-WAIT where it must not, and not where it should",
                  limits_check(stack_fault::reuses_time_wait)},
                 {"TIME-WAIT ends early", limits_check(stack_fault::forgets_time_wait)}},
}};

case_check words_check(stack_fault fault) {
  return saying([fault](const drawn_case& c) {
    stack_setting drawn;
    drawn.short_lived = drawn.reuse = true;
    drawn.backlog = 1;
    return drive<smallest_stack>(drawn, fault, c.steps);
  });
}

const registered words{claim{
    // covers: demultiplexing listeners time-wait-records time-wait-reuse rfc6191#2 limits
    .id = "stack-small",
    .says = "Whatever two peers, the user and the clock do to a stack that has hardly any room, and in whatever order, "
            "it sends what a map from flows to whole connections sends, and ends in the same states",
    .bounds =
        "every sequence of at most six events out of ten: the first peer's SYN, ACK, FIN and RST, the second's SYN and "
        "text, open() and close() of the user, waits of 3 and 20 s; room for two connections, two half-open ones and "
        "one in TIME-WAIT (4 s), a backlog of one; the peers' numbers are those that fit",
    .steps = 6,
    .run = words_check(stack_fault::none),
    .controls = {{"TIME-WAIT ends early", words_check(stack_fault::forgets_time_wait)},
                 {"a new SYN ends TIME-WAIT where it must not, and not where it should",
                  words_check(stack_fault::reuses_time_wait)},
                 {"the backlog is one too long", words_check(stack_fault::longer_backlog)},
                 {"the SYN queue sends its SYN,ACK again too late", words_check(stack_fault::repeats_late)}},
    // As stack_subject reads steps.
    .letters = {step{0, 0, 19, 1}, step{10, 0, 4, 16}, step{10, 0, 1, 16}, step{250, 0, 16, 16}, step{0, 1, 19, 1},
                step{10, 1, 3, 16}, step{6, 0, 0, 1}, step{3, 0, 4, 1}, step{5, 4, 0, 0}, step{5, 5, 0, 0}},
}};

}  // namespace stacks_properties
}  // namespace sequent::property
