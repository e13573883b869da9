// The event loop of docs/stack.md, which quotes this: a server that gives back what it is sent, for several clients at
// once. There is no network and no clock here: the clients are another stack in the same process, and sleeping is a
// matter of adding, so that the whole takes no time. A real program has a TUN device or a driver in this place, and for
// the time `sequent::from_chrono(std::chrono::steady_clock::now())`.
#include <array>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "sequent/base/chrono.hpp"
#include "sequent/stack.hpp"
#include "sequent/wire/ip_text.hpp"

namespace {

struct server_policy : sequent::default_stack_policy {
  struct connection_policy : sequent::default_policy {
    using send_storage = sequent::span_storage;  // slices of memory that we give
    using receive_storage = sequent::span_storage;
  };
  static constexpr sequent::stack_sizes sizes{.send_octets = 16'384,
                                              .receive_octets = 16'384,
                                              .max_connections = 1'000,
                                              .max_half_open = 1'024,
                                              .max_time_wait = 4'096};
};
using tcp = sequent::stack<server_policy>;
using octets = std::vector<std::uint8_t>;

const auto server_address = *sequent::parse_ip_address("192.0.2.1");
const auto client_address = *sequent::parse_ip_address("192.0.2.2");

sequent::stack_config drawn_config() {
  std::random_device source;
  const auto draw = [&] { return std::uint64_t{source()} << 32 | source(); };
  sequent::stack_config config;
  config.secret = {draw(), draw()};
  return config;
}

// What stands around the server: clients that each send some text, read the same back and close, and a link of 10 ms.
class surroundings {
 public:
  explicit surroundings(std::size_t clients)
      : memory_(tcp::buffer_octets), stack_(std::make_unique<tcp>(drawn_config(), memory_)), text_(clients) {
    for (std::size_t i = 0; i != clients; ++i) {
      const auto made = stack_->connect(client_address, server_address, 80, now_);
      if (!made) continue;
      text_[i] = std::string(10'000 + 7'000 * i, static_cast<char>('a' + i));
      open_.emplace(*made, i);
    }
    run();
  }

  [[nodiscard]] sequent::instant now() const { return now_; }
  [[nodiscard]] bool satisfied() const { return open_.empty() && served_ == text_.size(); }

  // Everything that has arrived by now, as a network interface hands it over.
  std::span<const std::span<const std::uint8_t>> receive() {
    batch_.clear();
    batch_octets_.clear();
    for (; !flight_.empty() && flight_.front().at <= now_; flight_.pop_front()) {
      batch_octets_.push_back(std::move(flight_.front().packet));
    }
    for (const octets& each : batch_octets_) batch_.emplace_back(each);
    return batch_;
  }
  void send(std::span<const std::uint8_t> packet) {
    static_cast<void>(stack_->on_packet(packet, now_));
    run();
  }
  // False when nothing would ever happen any more, or nobody waits for it.
  bool sleep_until(std::optional<sequent::instant> deadline) {
    if (satisfied()) return false;
    auto until = deadline;
    if (!flight_.empty() && (!until || flight_.front().at < *until)) until = flight_.front().at;
    if (const auto due = stack_->next_deadline(); due && (!until || *due < *until)) until = due;
    if (!until) return false;
    now_ = std::max(now_, *until);
    stack_->on_deadline(now_);
    run();
    return true;
  }

 private:
  struct flying {
    sequent::instant at;
    octets packet;
  };

  void run() {
    std::array<std::uint8_t, 2'048> room{};
    while (const auto event = stack_->next_event()) advance(event->of);
    while (const auto out = stack_->poll_packet(now_, room)) {
      flight_.push_back({now_ + sequent::from_chrono(std::chrono::milliseconds(10)),
                         octets(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(out->length))});
    }
  }

  // Sends what can be sent, and checks what has come back.
  void advance(sequent::handle of) {
    const auto found = open_.find(of);
    if (found == open_.end()) return;
    client& c = state_[found->second];
    const std::string& text = text_[found->second];
    const auto* const first = reinterpret_cast<const std::uint8_t*>(text.data());
    if (const auto taken = stack_->write(of, std::span(first, text.size()).subspan(c.sent))) c.sent += *taken;
    std::array<std::uint8_t, 1'000> room{};
    for (auto got = stack_->read(of, room); got && *got != 0; got = stack_->read(of, room)) {
      for (std::size_t i = 0; i != *got; ++i) c.wrong |= c.read + i >= text.size() || room[i] != first[c.read + i];
      c.read += *got;
    }
    if (c.read != text.size()) return;
    served_ += c.wrong ? 0 : 1;
    static_cast<void>(stack_->close(of, now_));
    open_.erase(found);
  }

  struct client {
    std::size_t sent = 0;
    std::size_t read = 0;
    bool wrong = false;
  };

  octets memory_;
  std::unique_ptr<tcp> stack_;
  sequent::instant now_ = sequent::instant{} + sequent::duration::seconds(1);
  std::vector<std::string> text_;
  std::unordered_map<sequent::handle, std::size_t> open_;  // to the number of each client
  std::unordered_map<std::size_t, client> state_;
  std::deque<flying> flight_;
  std::vector<octets> batch_octets_;
  std::vector<std::span<const std::uint8_t>> batch_;
  std::size_t served_ = 0;
};

// The program that is served: what was read and not yet written back waits here.
class echo {
 public:
  explicit echo(tcp& stack) : stack_(stack) {}

  void accept(sequent::handle listening, sequent::instant now) {
    while (const auto made = stack_.accept(listening)) advance(*made, now);
  }
  // Reads until there is no more, or no room to write it to; then the peer's window does the waiting.
  void advance(sequent::handle of, sequent::instant now) {
    octets& kept = kept_[of];
    for (;;) {
      if (kept.empty()) {
        kept.resize(4'096);
        const auto got = stack_.read(of, kept);
        kept.resize(got ? *got : 0);
        if (!got && got.why() == sequent::error::would_block) return;
        if (kept.empty()) {  // the end of the stream, or an error
          static_cast<void>(stack_.close(of, now));
          kept_.erase(of);
          return;
        }
      }
      const auto taken = stack_.write(of, kept);
      if (!taken) return;  // once there is room an event says so
      kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(*taken));
    }
  }

 private:
  tcp& stack_;
  std::unordered_map<sequent::handle, octets> kept_;
};

bool serve(surroundings& network) {
  const auto now = [&] { return network.now(); };
  octets buffers(tcp::buffer_octets);
  std::array<std::uint8_t, 2'048> memory_for_packets{};
  const std::span<std::uint8_t> room(memory_for_packets);

  const sequent::stack_config config = drawn_config();  // its secret: 128 bits from a good source, once per boot
  const auto stack = std::make_unique<tcp>(config, buffers);
  const auto listening = stack->listen(server_address, 80, 32);
  if (!listening) return false;  // stack->validate() names what is wrong
  echo application(*stack);

  for (;;) {
    auto packets = network.receive();  // a span of spans: what has come in together
    do {
      packets = packets.subspan(stack->on_packets(packets, now()));  // stops when answers have to be sent first
      while (const auto out = stack->poll_packet(now(), room)) network.send(room.first(out->length));
    } while (!packets.empty());
    stack->on_deadline(now());
    while (const auto event = stack->next_event()) {
      if (event->incoming) application.accept(event->of, now());
      if (event->readable || event->writable) application.advance(event->of, now());  // reads and writes what it can
    }
    while (const auto out = stack->poll_packet(now(), room)) {
      network.send(room.first(out->length));  // not before out->not_before
    }
    if (stack->has_more()) continue;  // a place is free, or there is news
    if (!network.sleep_until(stack->next_deadline())) return network.satisfied();
  }
}

}  // namespace

int main() {
  surroundings network(9);
  const bool served = serve(network);
  std::puts(served ? "nine clients got back what they sent" : "a client did not get back what it sent");
  return served ? 0 : 1;
}
