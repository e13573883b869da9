// A listener with Fast Open, and clients that complete their handshakes, reset them or do nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/spec/oracles/fast_open.hpp"
#include "tests/property/claim.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {
namespace fast_open_places_properties {

/// What is wrong with the listener, on purpose.
enum class places_fault {
  none,
  one_more,        ///< one connection more may be pending
  forgives,        ///< what was reset makes room at once: the listener's limit is raised by it
  never_returned,  ///< what was reset counts for ever
};

struct places_policy : default_stack_policy {
  struct connection_policy : default_policy {
    using fast_open = with_fast_open;
    using send_storage = inline_storage<128>;
    using receive_storage = inline_storage<128>;
  };
  static constexpr stack_sizes sizes{
      .max_connections = 64, .max_half_open = 64, .max_time_wait = 4, .max_listeners = 1, .max_replies = 8};
};

class places_subject {
 public:
  places_subject(u32 limit, places_fault fault)
      : host_(configuration()),
        fault_(fault),
        limit_(limit + (fault == places_fault::one_more ? 1 : 0)),
        judge_(static_cast<int>(limit), 60'000'000, 120'000'000) {
    listening_ = *host_.tcp->listen(std::nullopt, 80, 64);
    allow();
    cookie_ = given();
  }

  std::string apply(const step& s) {
    switch (s[0] % 8) {
      case 0:
      case 1:
      case 2: open(); break;
      case 3:
      case 4: leave(s, true); break;
      case 5: leave(s, false); break;
      case 6: pass(duration::milliseconds(s[1] % 30'000)); break;
      default: pass(duration::milliseconds(s[1] % 4 == 0 ? s[2] * 4 : s[2] % 3'000)); break;
    }
    if (!judge_.violation().empty()) return judge_.violation();
    return host_.tcp->consistent() ? std::string() : "the tables do not agree";
  }

 private:
  struct client {
    flow path;
    u32 iss = 0;  // the stack's
  };

  static stack_config configuration() {
    stack_config config = test::plain_stack();
    config.syn_ack_retries = 255;
    config.connection.user_timeout.reset();
    return config;
  }
  void allow() { (void)host_.tcp->allow_fast_open(listening_, limit_); }

  // The cookie of the address that all clients have, who asked for it once.
  fast_open_cookie given() {
    test::packet syn = test::at(5'000).syn().mss(1'000);
    syn.header.options.fast_open = fast_open_cookie{};
    const auto answer = host_.in(test::from_peer(9), syn);
    host_.in(test::from_peer(9), test::at(5'001).rst());
    return answer.at(0).segment.header.options.fast_open.value();
  }

  void open() {
    if (judge_.pending() > 40) return;
    const flow path = test::from_peer(++port_);
    test::packet syn = test::at(5'000).syn().mss(1'000).text(10);
    syn.header.options.fast_open = cookie_;
    const auto answer = host_.in(path, syn);
    if (answer.empty()) return;
    const bool opened = answer[0].segment.acknowledges() == 5'011;
    judge_.syn_arrived(opened);
    if (opened) {
      pending_.push_back({path, answer[0].segment.seq()});
    } else {
      host_.in(path, test::at(5'001).rst());
    }
    if (const auto made = host_.tcp->accept(listening_)) accepted_.push_back(*made);
  }

  // One of the pending is reset, or completes its handshake and is aborted.
  void leave(const step& s, bool reset) {
    if (pending_.empty()) return;
    const std::size_t which = s[1] % pending_.size();
    const client one = pending_[which];
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(which));
    if (reset) {
      host_.in(one.path, test::at(5'011).rst());
      judge_.reset();
      if (fault_ == places_fault::forgives) ++limit_;
      if (fault_ == places_fault::never_returned) --limit_;
      if (fault_ == places_fault::forgives || fault_ == places_fault::never_returned) allow();
    } else {
      host_.in(one.path, test::at(5'011).ack(one.iss + 1).window(1'000));
      judge_.completed();
    }
    for (std::size_t i = 0; i != accepted_.size(); ++i) {
      const auto path = host_.tcp->flow_of(accepted_[i]);
      if (path && !(*path == one.path)) continue;
      (void)host_.tcp->abort(accepted_[i]);
      accepted_.erase(accepted_.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
    host_.out();
  }

  void pass(duration span) {
    judge_.passes(span.count());
    host_.wait(span);
  }

  test::stack_host<places_policy> host_;
  places_fault fault_;
  u32 limit_;
  spec::fast_open_places_oracle judge_;
  handle listening_{};
  fast_open_cookie cookie_{};
  std::vector<client> pending_;
  std::vector<handle> accepted_;
  std::uint16_t port_ = 100;
};

case_check places_check(places_fault fault) {
  return saying([fault](const drawn_case& c) {
    number_choice head(c.head);
    places_subject subject(1 + static_cast<u32>(head.pick(4)), fault);
    for (std::size_t i = 0; i != c.steps.size(); ++i) {
      if (std::string wrong = subject.apply(c.steps[i]); !wrong.empty()) {
        return "step " + std::to_string(i) + ": " + wrong;
      }
    }
    return std::string();
  });
}

const registered places{claim{
    // covers: rfc7413#4.2 rfc7413#5.1 fast-open
    .id = "fast-open-places",
    .says = "A listener opens no more connections fast than it was allowed, counts one that was reset in SYN-RECEIVED "
            "for a minute or two, and then takes text on SYNs again",
    .bounds =
        "limits of 1 to 4, one address and its cookie, SYNs, RSTs and ACKs in any order, waits of up to 262 s, at "
        "most 80 steps; always room among the connections, no timeouts of the pending",
    .head = 1,
    .steps = 80,
    .cases = 2'000,
    .run = places_check(places_fault::none),
    .controls = {{"one connection more is opened", places_check(places_fault::one_more)},
                 {"a RST makes room at once", places_check(places_fault::forgives)},
                 {"a place that was forfeited never comes back", places_check(places_fault::never_returned)}},
}};

}  // namespace fast_open_places_properties
}  // namespace sequent::property
