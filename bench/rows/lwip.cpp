// lwIP as the distribution packages it, driven through its raw API in one thread: two interfaces of one instance, each
// the other's wire. docs/benchmarks.md says what about the comparison is fair and what is not.
#include <lwip/inet_chksum.h>
#include <lwip/init.h>
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "bench/measure.hpp"
#include "bench/stream.hpp"
#include "bench/virtual_path.hpp"

extern "C" u32_t sys_now(void);

namespace {

using bench::require;
using bench::virtual_time;

u32_t clock_milliseconds = 0;

constexpr virtual_time tick = virtual_time{TCP_TMR_INTERVAL} * 1'000;
constexpr u16_t port = 80;

// One instance of lwIP with both ends in it.
class host {
 public:
  host() {
    lwip_init();
    for (std::size_t side = 0; side != 2; ++side) {
      ip4_addr_t address;
      ip4_addr_t mask;
      IP4_ADDR(&address, 10, 0, static_cast<u32_t>(side), 1);
      IP4_ADDR(&mask, 255, 255, 255, 0);
      require(netif_add(&interface_[side], &address, &mask, nullptr, &outgoing_[side], &begin, &ip_input) != nullptr,
              "no interface");
      netif_set_link_up(&interface_[side]);
      netif_set_up(&interface_[side]);
    }
  }

  netif& interface(std::size_t side) { return interface_[side]; }

  // Packets that a side has sent. The stack's packet is copied, as to a device; the copy is what the peer receives.
  std::deque<pbuf*>& outgoing(std::size_t side) { return outgoing_[side]; }

  static void take(netif& by, pbuf* packet) { require(by.input(packet, &by) == ERR_OK, "a packet was refused"); }

  // Hands over all that waits at the moment; false if nothing did.
  bool turn() {
    bool any = false;
    for (std::size_t side = 0; side != 2; ++side) {
      std::swap(outgoing_[side], moving_);
      any |= !moving_.empty();
      for (pbuf* const packet : moving_) take(interface_[1 - side], packet);
      moving_.clear();
    }
    return any;
  }

 private:
  static err_t begin(netif* made) {
    made->name[0] = 'b';
    made->name[1] = 'n';
    made->mtu = 1'500;
    made->output = [](netif* by, pbuf* packet, const ip4_addr_t*) -> err_t {
      pbuf* const copy = pbuf_alloc(PBUF_RAW, packet->tot_len, PBUF_RAM);
      if (copy == nullptr) return ERR_MEM;
      pbuf_copy(copy, packet);
      static_cast<std::deque<pbuf*>*>(by->state)->push_back(copy);
      return ERR_OK;
    };
    return ERR_OK;
  }

  netif interface_[2] = {};
  std::deque<pbuf*> outgoing_[2];
  std::deque<pbuf*> moving_;
};

// A connection between the two sides, and its users.
class transfer {
 public:
  static constexpr std::size_t tcp_offset = 20;

  explicit transfer(host& both) : both_(both) {
    listener_ = listen_at(both.interface(1), this, [](void* self, tcp_pcb* made, err_t) -> err_t {
      static_cast<transfer*>(self)->accept(made);
      return ERR_OK;
    });
    connect();
  }

  ~transfer() {
    tcp_err(client_, nullptr);  // which would be told of the end
    tcp_abort(client_);
    if (server_ != nullptr) tcp_abort(server_);
    for (std::size_t side = 0; side != 2; ++side) {
      for (pbuf* const packet : both_.outgoing(side)) pbuf_free(packet);
      both_.outgoing(side).clear();
    }
    tcp_close(listener_);
  }

  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  static tcp_pcb* listen_at(netif& by, void* self, tcp_accept_fn accepts) {
    tcp_pcb* const made = tcp_new();
    require(made != nullptr && tcp_bind(made, IP_ANY_TYPE, port) == ERR_OK, "binding");
    tcp_bind_netif(made, &by);
    tcp_pcb* const listener = tcp_listen(made);
    require(listener != nullptr, "listening");
    tcp_arg(listener, self);
    tcp_accept(listener, accepts);
    return listener;
  }

  // From here on so many octets are to be carried.
  void expect(std::size_t octets, bool checked) {
    octets_ += octets;
    checked_ = checked;
  }

  void write() {
    if (!connected_) return;
    bool any = false;
    while (written_ != octets_) {
      const auto some = source_.from(written_, std::min<std::size_t>(octets_ - written_, tcp_sndbuf(client_)));
      if (some.empty()) break;
      if (tcp_write(client_, some.data(), static_cast<u16_t>(some.size()), TCP_WRITE_FLAG_COPY) != ERR_OK) break;
      written_ += some.size();
      any = true;
    }
    if (any) require(tcp_output(client_) == ERR_OK, "sending");
  }

  void carry(std::size_t octets, bool checked) {
    expect(octets, checked);
    while (!done()) {
      write();
      if (!both_.turn()) tcp_tmr();
    }
  }

  // What bench::carry_over() asks for. lwIP's timers tick for both sides at once.
  template <class Give>
  void packets(int side, virtual_time now, Give give) {
    auto& waiting = both_.outgoing(static_cast<std::size_t>(side));
    for (pbuf* const packet : waiting) {
      give(std::span(static_cast<const std::uint8_t*>(packet->payload), packet->tot_len), now);
      pbuf_free(packet);
    }
    waiting.clear();
  }
  void deliver(int side, std::span<const std::uint8_t> octets, virtual_time) {
    pbuf* const packet = pbuf_alloc(PBUF_RAW, static_cast<u16_t>(octets.size()), PBUF_RAM);
    require(packet != nullptr && pbuf_take(packet, octets.data(), packet->tot_len) == ERR_OK, "out of packets");
    host::take(both_.interface(static_cast<std::size_t>(side)), packet);
  }
  virtual_time deadline(int side) const { return side == 0 ? next_tick_ : bench::never; }
  void due(int, virtual_time now) {
    next_tick_ = now + tick;
    clock_milliseconds = static_cast<u32_t>(now / 1'000);
    tcp_tmr();
  }
  void use(virtual_time) { write(); }
  [[nodiscard]] bool done() const { return read_ == octets_; }
  void begin_at(virtual_time now) { next_tick_ = now + tick; }

 private:
  void connect() {
    client_ = tcp_new();
    require(client_ != nullptr, "no connection");
    tcp_arg(client_, this);
    tcp_bind_netif(client_, &both_.interface(0));
    tcp_err(client_, [](void*, err_t) { require(false, "the connection broke"); });
    ip_addr_t to;
    IP_ADDR4(&to, 10, 0, 1, 1);
    const err_t begun = tcp_connect(client_, &to, port, [](void* self, tcp_pcb*, err_t) -> err_t {
      static_cast<transfer*>(self)->connected_ = true;
      return ERR_OK;
    });
    require(begun == ERR_OK, "connecting");
  }

  void accept(tcp_pcb* made) {
    server_ = made;
    tcp_arg(made, this);
    tcp_recv(made, [](void* self, tcp_pcb* by, pbuf* text, err_t) -> err_t {
      static_cast<transfer*>(self)->receive(by, text);
      return ERR_OK;
    });
  }

  void receive(tcp_pcb* by, pbuf* text) {
    require(text != nullptr, "the stream ended");
    const auto out = std::span(out_).subspan(at_, text->tot_len);
    require(pbuf_copy_partial(text, out.data(), text->tot_len, 0) == text->tot_len, "copying");
    if (checked_) require(source_.holds(read_, out), "other octets arrived than were sent");
    read_ += out.size();
    at_ = at_ + out.size() > 65'536 ? 0 : at_ + out.size();
    tcp_recved(by, text->tot_len);
    pbuf_free(text);
  }

  host& both_;
  tcp_pcb* listener_ = nullptr;
  tcp_pcb* client_ = nullptr;
  tcp_pcb* server_ = nullptr;
  bench::stream source_{};
  std::vector<std::uint8_t> out_ = std::vector<std::uint8_t>(2 * 65'536);
  std::size_t at_ = 0;
  std::size_t octets_ = 0;
  std::size_t written_ = 0;
  std::size_t read_ = 0;
  virtual_time next_tick_ = 0;
  bool connected_ = false;
  bool checked_ = true;
};

double nanoseconds_a_segment(host& both, std::size_t octets) {
  transfer one(both);
  one.carry(octets / 16, true);
  const double begin = bench::thread_nanoseconds();
  one.carry(octets, false);
  return (bench::thread_nanoseconds() - begin) * static_cast<double>(bench::mss) / static_cast<double>(octets);
}

// Connect, close, see the end at the other side, close there. What stays of the first in TIME-WAIT is dropped at once:
// left to itself it would wait for minutes in a list that every later packet is looked up in.
double nanoseconds_a_connection(host& both, std::size_t times) {
  tcp_pcb* const listener = transfer::listen_at(both.interface(1), nullptr, [](void*, tcp_pcb* made, err_t) -> err_t {
    tcp_recv(made, [](void*, tcp_pcb* by, pbuf* text, err_t) -> err_t {
      require(text == nullptr, "text that nobody sent");
      return tcp_close(by);
    });
    return ERR_OK;
  });
  ip_addr_t to;
  IP_ADDR4(&to, 10, 0, 1, 1);
  const double begin = bench::thread_nanoseconds();
  for (std::size_t i = 0; i != times; ++i) {
    tcp_pcb* const client = tcp_new();
    tcp_bind_netif(client, &both.interface(0));
    const auto closes = [](void*, tcp_pcb* by, err_t) -> err_t { return tcp_close(by); };
    require(tcp_connect(client, &to, port, closes) == ERR_OK, "connecting");
    while (both.turn()) {
    }
    require(tcp_tw_pcbs != nullptr && tcp_active_pcbs == nullptr, "the connection did not end");
    tcp_abort(tcp_tw_pcbs);
  }
  const double end = bench::thread_nanoseconds();
  tcp_close(listener);
  return (end - begin) / static_cast<double>(times);
}

// Idle connections that were opened by packets from elsewhere: only the side that listens is lwIP.
class idle_connections {
 public:
  idle_connections(host& both, std::size_t many) : both_(both) {
    listener_ = transfer::listen_at(both.interface(1), nullptr, [](void*, tcp_pcb*, err_t) -> err_t { return ERR_OK; });
    for (std::size_t i = 0; i != many; ++i) {
      give(packet(i, 1'000, 0, TCP_SYN));
      require(both.outgoing(1).size() == 1, "no SYN,ACK");
      pbuf* const answer = both.outgoing(1).front();
      both.outgoing(1).clear();
      u32_t seq = 0;
      std::memcpy(&seq, static_cast<std::uint8_t*>(answer->payload) + 24, sizeof seq);
      pbuf_free(answer);
      acknowledgment_.push_back(packet(i, 1'001, lwip_ntohl(seq) + 1, TCP_ACK));
      give(acknowledgment_.back());
    }
  }

  ~idle_connections() {
    while (tcp_active_pcbs != nullptr) tcp_abort(tcp_active_pcbs);
    for (pbuf* const reset : both_.outgoing(1)) pbuf_free(reset);
    both_.outgoing(1).clear();
    tcp_close(listener_);
  }

  idle_connections(const idle_connections&) = delete;
  idle_connections& operator=(const idle_connections&) = delete;

  double nanoseconds_an_acknowledgment(std::size_t times, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const double begin = bench::thread_nanoseconds();
    for (std::size_t i = 0; i != times; ++i) give(acknowledgment_[random() % acknowledgment_.size()]);
    return (bench::thread_nanoseconds() - begin) / static_cast<double>(times);
  }

  static double nanoseconds_a_tick(std::size_t times) {
    const double begin = bench::thread_nanoseconds();
    for (std::size_t i = 0; i != times; ++i) tcp_tmr();
    return (bench::thread_nanoseconds() - begin) / static_cast<double>(times);
  }

 private:
  using octets = std::array<std::uint8_t, 40>;

  static octets packet(std::size_t i, u32_t seq, u32_t ack, unsigned flags) {
    octets made{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6};
    const u32_t from = lwip_htonl(0x0a000002u + static_cast<u32_t>(i / 50'000));
    const u32_t to = lwip_htonl(0x0a000101u);
    std::memcpy(&made[12], &from, 4);
    std::memcpy(&made[16], &to, 4);
    const u16_t sum = inet_chksum(made.data(), 20);
    std::memcpy(&made[10], &sum, 2);
    const u16_t ports[] = {lwip_htons(static_cast<u16_t>(10'000 + i % 50'000)), lwip_htons(port)};
    const u32_t numbers[] = {lwip_htonl(seq), lwip_htonl(ack)};
    std::memcpy(&made[20], ports, 4);
    std::memcpy(&made[24], numbers, 8);
    made[32] = 0x50;
    made[33] = static_cast<std::uint8_t>(flags);
    made[34] = 0x20;
    // The pseudo-header's addresses, protocol and length, then the segment.
    std::array<std::uint8_t, 32> summed{};
    std::memcpy(summed.data(), &made[12], 8);
    summed[9] = 6;
    summed[11] = 20;
    std::memcpy(&summed[12], &made[20], 20);
    const u16_t tcp_sum = inet_chksum(summed.data(), 32);
    std::memcpy(&made[36], &tcp_sum, 2);
    return made;
  }

  void give(const octets& made) {
    pbuf* const taken = pbuf_alloc(PBUF_RAW, u16_t{40}, PBUF_RAM);
    require(taken != nullptr && pbuf_take(taken, made.data(), u16_t{40}) == ERR_OK, "out of packets");
    host::take(both_.interface(1), taken);
  }

  host& both_;
  tcp_pcb* listener_ = nullptr;
  std::vector<octets> acknowledgment_;
};

void idle_rows(host& both, const bench::options& chosen) {
  idle_connections idle(both, 10'000);
  bench::print_figure("idle.ack.10k", "lwip", idle.nanoseconds_an_acknowledgment(2'000, chosen.seed));
  require(both.outgoing(1).empty(), "an acknowledgment was answered");
  bench::print_figure("idle.clock.10k", "lwip", idle_connections::nanoseconds_a_tick(200));
}

double nanoseconds_a_sum() {
  const bench::stream source;
  const auto text = source.from(0, bench::mss);
  constexpr std::size_t times = 100'000;
  const double begin = bench::thread_nanoseconds();
  for (std::size_t i = 0; i != times; ++i) {
    const u16_t sum = inet_chksum(text.data(), static_cast<u16_t>(text.size()));
    asm volatile("" : : "r"(sum) : "memory");
  }
  return (bench::thread_nanoseconds() - begin) / static_cast<double>(times);
}

}  // namespace

u32_t sys_now(void) { return clock_milliseconds; }

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  host both;
  if (bench::wanted(chosen, "bulk.64k")) {
    bench::print_figure("bulk.64k", "lwip", nanoseconds_a_segment(both, chosen.octets));
  }
  if (bench::wanted(chosen, "connect_close")) {
    const std::size_t times = std::clamp<std::size_t>(chosen.octets >> 12, 1'000, 200'000);
    bench::print_figure("connect_close", "lwip", nanoseconds_a_connection(both, times));
  }
  if (bench::wanted(chosen, "checksum")) bench::print_figure("checksum", "lwip", nanoseconds_a_sum());
  if (bench::wanted(chosen, "size")) bench::print_figure("size", "lwip", static_cast<double>(sizeof(tcp_pcb)));
  if (bench::wanted(chosen, "idle")) idle_rows(both, chosen);
  for (bench::path_row row : bench::path_rows) {
    if (!bench::wanted(chosen, row.row) || row.window != 65'536) continue;
    row.path.seed = chosen.seed;
    transfer one(both);
    one.expect(chosen.octets, true);
    one.begin_at(1'000'000);
    bench::print_outcome(row, "lwip", bench::carry_over(one, row.path, 1'000'000), chosen.octets);
  }
}
