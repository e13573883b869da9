// Two stacks that talk over IPv6, and the labels of every packet.
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/stack/flow_labels.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {
namespace flow_labels_properties {

/// What is wrong with the labels, on purpose.
enum class label_fault { none, left_out, by_length, one_for_all, unkeyed };

struct sleepy_policy : test::small_stack_policy {
  static constexpr stack_sizes sizes{.max_connections = 12,
                                     .max_awake = 4,
                                     .max_half_open = 4,
                                     .max_time_wait = 3,
                                     .max_listeners = 1,
                                     .max_replies = 16};
};

// What both ends sent of one life: connections, refusals by nobody, the records before and after, cookies, sleepers.
struct labels_of_both {
  spec::flow_label_oracle end[2];
};

labels_of_both life(const drawn_case& c, std::uint64_t secret, label_fault fault) {
  labels_of_both labels;
  number_choice head(c.head);
  (void)head.word();
  stack_config left = test::plain_stack(secret);
  stack_config right = test::plain_stack(secret + 5);
  left.connection.timestamps = right.connection.timestamps = head.pick(2) == 1;
  left.connection.user_timeout = duration::seconds(30);
  right.cookies = static_cast<cookie_policy>(head.pick(3));
  left.service = static_cast<std::uint8_t>(head.pick(64) * 4);
  test::stack_net<sleepy_policy> net(left, right);
  std::size_t next = 0;
  net.loses = [&](int from, const test::octet_string& sent) {
    test::octet_string packet = sent;
    if (fault == label_fault::left_out && packet.size() % 16 == 0) put_label(packet, 0);
    if (fault == label_fault::by_length) put_label(packet, label_of(packet) ^ (packet.size() > 150 ? 1 : 0));
    if (fault == label_fault::one_for_all) put_label(packet, 0x12345);
    if (fault == label_fault::unkeyed) put_label(packet, 1u + packet[41] + packet[43] * 256u);
    tell_label(labels.end[from], packet);
    return next < c.steps.size() && c.steps[next++][0] % 5 == 1;
  };
  stack<sleepy_policy>& client = *net.end[0];
  stack<sleepy_policy>& server = *net.end[1];
  const handle listening = *server.listen(std::nullopt, 80, 6);
  std::vector<handle> mine;
  std::vector<handle> theirs;
  for (std::size_t i = 0; i != c.steps.size(); ++i) {
    const step& s = c.steps[i];
    switch (s[1] % 4) {
      case 0: {
        const auto made = client.connect(test::v6(1), test::v6(static_cast<std::uint8_t>(2 + s[2] % 3)),
                                         s[3] % 8 == 7 ? 81 : 80, net.now, static_cast<std::uint16_t>(1'000 + i));
        if (made) mine.push_back(*made);
        break;
      }
      case 1:
      case 2: {
        auto& all = s[2] % 2 == 0 ? mine : theirs;
        if (!all.empty()) (void)net.end[s[2] % 2]->write(all[s[3] % all.size()], test::pattern(1 + s[3] % 3'000));
        break;
      }
      default: {
        auto& all = s[2] % 2 == 0 ? mine : theirs;
        if (all.empty()) break;
        const std::size_t which = s[3] / 2 % all.size();
        (void)(s[3] % 2 == 0 ? net.end[s[2] % 2]->close(all[which], net.now) : net.end[s[2] % 2]->abort(all[which]));
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(which));
      }
    }
    net.run(duration::milliseconds(s[0] % 3 == 0 ? 3'000 : 60));
    while (const auto made = server.accept(listening)) theirs.push_back(*made);
  }
  return labels;
}

std::string labels_case(const drawn_case& c, label_fault fault) {
  number_choice head(c.head);
  const std::uint64_t secret = 1 + head.word();
  labels_of_both labels = life(c, secret, fault);
  for (spec::flow_label_oracle& each : labels.end) {
    each.judge_spread();
    if (!each.violation().empty()) return each.violation();
  }
  // One may be the same by chance.
  const labels_of_both others = life(c, secret + 0x1'0000'0000, fault);
  for (int i = 0; i != 2; ++i) {
    if (labels.end[i].shared_with(others.end[i]) > 1) return "two secrets give the same labels";
  }
  return {};
}

case_check labels_check(label_fault fault) {
  return saying([fault](const drawn_case& c) { return labels_case(c, fault); });
}

const registered labels{claim{
    // covers: rfc6437#2 rfc6437#3
    .id = "stack-labels",
    .says =
        "Every packet that a stack sends over IPv6 has a flow label: one for all of a connection and of the records "
        "before and after it, another for another connection, and another with another secret",
    .bounds =
        "two stacks, at most 60 calls that open, write, close and abort, ports with and without a listener, "
        "cookies never, on overflow or always, four connections awake of twelve, a fifth of the first 60 packets lost",
    .head = 6,
    .steps = 60,
    .cases = 2000,
    .run = labels_check(label_fault::none),
    .controls = {{"some packets have no label", labels_check(label_fault::left_out)},
                 {"long packets have another label", labels_check(label_fault::by_length)},
                 {"all flows have one label", labels_check(label_fault::one_for_all)},
                 {"the label is no secret's", labels_check(label_fault::unkeyed)}},
}};

}  // namespace flow_labels_properties
}  // namespace sequent::property
