// A server with sleepers, cookies and Fast Open, honest clients who send it something and want it back, and an
// adversary who may send it any packet at any time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sequent/stack.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {

/// Places for all honest clients and for as many of the adversary's as are drawn, half of them awake, one more than the
/// adversary can keep busy; a SYN queue that a few SYNs fill.
struct besieged_policy : default_stack_policy {
  struct connection_policy : default_policy {
    using send_storage = inline_storage<2'048>;
    using receive_storage = inline_storage<2'048>;
    using fast_open = with_fast_open;
  };
  static constexpr stack_sizes sizes{.max_connections = 12,
                                     .max_awake = 6,
                                     .max_half_open = 6,
                                     .max_time_wait = 4,
                                     .max_listeners = 1,
                                     .max_replies = 8};
};
using besieged_stack = stack<besieged_policy>;

/// What may be wrong with the server and its user, on purpose.
enum class siege_fault {
  none,
  amplifies,      ///< whoever is not known to be there gets every answer several times
  believes_rst,   ///< a RST anywhere near the window ends the connection
  keeps_places,   ///< the user never gives a connection back
  answers_again,  ///< each acknowledgment draws everything that is outstanding
};

/// What the adversary sent, and what was sent to its addresses.
struct siege_count {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

class besieged_world {
 public:
  static constexpr std::size_t honest_clients = 3;
  static constexpr std::uint8_t strangers = 100;  ///< addresses from here on are never known to be true
  static constexpr std::uint8_t own = 50;         ///< from here on: the adversary's own, below: honest

  explicit besieged_world(const stack_config& config, siege_fault fault, duration latency)
      : server(std::make_unique<besieged_stack>(config)),
        clients(std::make_unique<besieged_stack>(test::plain_stack(99))),
        fault_(fault),
        latency_(latency) {
    const auto listening = server->listen(test::v4(1), 80, 10);
    if (!listening) {
      fail("the server cannot listen");
      return;
    }
    listening_ = *listening;
    if (!server->allow_fast_open(listening_, 2)) fail("the server cannot allow Fast Open");
  }

  std::unique_ptr<besieged_stack> server;
  std::unique_ptr<besieged_stack> clients;
  instant now = instant{} + test::s(1'000);
  siege_count from_strangers{};
  siege_count from_own{};
  std::map<std::uint16_t, test::seen> to_server{};  ///< the last segment from each honest port
  std::vector<test::seen> seen_by_adversary{};      ///< what was sent to addresses of its own
  std::string wrong{};                              ///< what should not be, the first time

  /// An honest client comes: it sends so many octets and expects them back.
  void come(std::size_t who, std::size_t octets) {
    auto& client = clients_[who];
    client.from = test::v4(static_cast<std::uint8_t>(10 + who));
    client.request = test::pattern(octets, who * 7'919);
    client.begun = true;
    connect(client);
    settle();
  }

  /// A packet of the adversary's, said to be from `from`.
  void strike(const test::octet_string& packet, const ip_address& from) {
    auto& count = from.v4()[3] >= strangers ? from_strangers : from_own;
    if (from.v4()[3] >= own) count.in += packet.size();
    deliver(packet);
    settle();
  }

  void wait(duration span) {
    const instant until = now + span;
    for (auto at = next(); at && *at <= until && wrong.empty(); at = next()) {
      now = std::max(now, *at);
      while (!flight_.empty() && flight_.front().at <= now) {
        const auto arrives = std::move(flight_.front());
        flight_.erase(flight_.begin());
        if (arrives.to_server) {
          deliver(arrives.octets);
        } else {
          while (clients->on_packet(arrives.octets, now) == delivery::postponed) settle();
        }
      }
      server->on_deadline(now);
      clients->on_deadline(now);
      settle();
    }
    now = until;
  }

  /// Which honest client is not through yet, if one has begun and is not.
  [[nodiscard]] std::optional<std::size_t> waiting() const {
    for (std::size_t who = 0; who != honest_clients; ++who) {
      if (clients_[who].begun && !clients_[who].done) return who;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::size_t served() const { return served_.size(); }

 private:
  struct flying {
    instant at;
    bool to_server;
    test::octet_string octets;
  };
  struct honest {
    handle of{};
    ip_address from{};
    int refused = 0;
    test::octet_string request{};
    std::size_t sent = 0;
    std::size_t got = 0;
    bool begun = false;
    bool closing = false;
    bool done = false;
  };
  struct serving {
    handle of{};
    test::octet_string owed{};
    bool ended = false;  // there is nothing more to read
  };

  void fail(const char* what) {
    if (wrong.empty()) wrong = what;
  }

  void deliver(const test::octet_string& packet) {
    if (fault_ == siege_fault::believes_rst) believe(packet);
    for (int tries = 0; server->on_packet(packet, now) == delivery::postponed; ++tries) {
      if (tries == 3) return fail("a packet is postponed although everything was polled");
      settle();
    }
    if (!server->consistent()) fail("the stack's tables disagree");
  }

  // The fault: what RFC 5961 challenges ends the connection.
  void believe(const test::octet_string& packet) {
    const auto read = test::read_packet(packet);
    if (!read || !read->segment.header.control.rst()) return;
    for (auto& each : served_) {
      const auto path = server->flow_of(each.of);
      if (path && path->remote_port == read->path.local_port && path->remote == read->path.local) {
        (void)server->abort(each.of);
      }
    }
  }

  void settle() {
    for (bool more = true; more && wrong.empty();) {
      serve();
      ask();
      more = send(*server, true);
      more = send(*clients, false) || more;
    }
  }

  // Puts on its way what one side has to send; says whether there was anything.
  bool send(besieged_stack& from, bool server_sends) {
    test::octet_string room(2'000);
    std::size_t packets = 0;
    while (const auto out = from.poll_packet(now, room)) {
      if (++packets > 1'000) {
        fail("the stack sends without end");
        break;
      }
      test::octet_string octets(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(out->length));
      const auto read = test::read_packet(octets);
      if (!read) {
        fail("what is sent cannot be read");
        break;
      }
      if (!server_sends) to_server.insert_or_assign(read->path.local_port, *read);
      if (server_sends && read->path.remote.v4()[3] >= own) {
        to_adversary(*read, octets.size());
      } else {
        flight_.push_back({now + latency_, !server_sends, std::move(octets)});
      }
    }
    return packets != 0;
  }

  void to_adversary(const test::seen& what, std::size_t octets) {
    const bool stranger = what.path.remote.v4()[3] >= strangers;
    if (stranger && fault_ == siege_fault::amplifies) octets *= 4;
    if (!stranger && fault_ == siege_fault::answers_again) octets += what.segment.octets.size() * 40;
    (stranger ? from_strangers : from_own).out += octets;
    if (!stranger) seen_by_adversary.push_back(what);
  }

  // The server's user sends back what it reads, and closes when the peer has.
  void serve() {
    while (const auto made = server->accept(listening_)) served_.push_back({*made, {}, false});
    while (server->next_event()) {
    }
    for (auto& each : served_) pump(each);
    std::erase_if(served_, [this](const serving& each) {
      if (!each.ended || !each.owed.empty() || fault_ == siege_fault::keeps_places) return false;
      return server->close(each.of, now).has_value();
    });
  }
  void pump(serving& each) {
    test::octet_string room(700);
    while (each.owed.size() < 700 && !each.ended) {
      const auto got = server->read(each.of, room);
      if (got && *got != 0) {
        each.owed.insert(each.owed.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got));
      } else if (got || got.why() != error::would_block) {
        each.ended = true;
        if (!got) each.owed.clear();
      } else {
        break;
      }
    }
    while (!each.owed.empty()) {
      const auto taken = server->write(each.of, each.owed);
      if (!taken && taken.why() != error::insufficient_resources) each.owed.clear();
      if (!taken || *taken == 0) return;
      each.owed.erase(each.owed.begin(), each.owed.begin() + static_cast<std::ptrdiff_t>(*taken));
    }
  }

  // The honest users: they write, compare what comes back, and close.
  void ask() {
    while (clients->next_event()) {
    }
    for (honest& client : clients_) {
      if (client.begun && !client.done) ask(client);
    }
  }
  void ask(honest& client) {
    while (client.sent != client.request.size()) {
      const auto taken = clients->write(client.of, std::span(client.request).subspan(client.sent));
      if (!taken || *taken == 0) break;
      client.sent += *taken;
    }
    test::octet_string room(2'048);
    for (;;) {
      const auto got = clients->read(client.of, room);
      if (!got && got.why() == error::would_block) break;
      if (!got) return come_again(client);
      if (*got == 0) {
        if (client.got != client.request.size()) return fail("an honest client does not get everything back");
        client.done = clients->close(client.of, now).has_value();
        return;
      }
      if (client.got + *got > client.request.size() ||
          !std::equal(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got),
                      client.request.begin() + static_cast<std::ptrdiff_t>(client.got))) {
        return fail("an honest client gets other octets back");
      }
      client.got += *got;
    }
    if (client.got == client.request.size() && !client.closing)
      client.closing = clients->shutdown(client.of).has_value();
  }

  void connect(honest& client) {
    const auto opened = clients->connect(client.from, test::v4(1), 80, now);
    if (!opened) return fail("an honest client cannot connect");
    client.of = *opened;
  }
  // Where an ACK with a cookie found no place, the next segment is answered with a RST, as nobody remembers who it is
  // (docs/stack.md): such a client tries again, a few times. There is no other reason for which it may have to.
  void come_again(honest& client) {
    const stack_statistics& told = server->statistics();
    if (client.got != 0 || told.ack_dropped == 0 || told.cookies_sent == 0 || ++client.refused > 5) {
      return fail("an honest client's connection breaks");
    }
    (void)clients->close(client.of, now);
    client.sent = 0;
    connect(client);
  }

  [[nodiscard]] std::optional<instant> next() const {
    std::optional<instant> first;
    if (!flight_.empty()) first = flight_.front().at;
    for (const auto* each : {server.get(), clients.get()}) {
      const auto due = each->next_deadline();
      if (due && (!first || *due < *first)) first = due;
    }
    return first;
  }

  siege_fault fault_;
  duration latency_;
  handle listening_{};
  std::array<honest, honest_clients> clients_{};
  std::vector<serving> served_{};
  std::vector<flying> flight_{};
};

}  // namespace sequent::property
