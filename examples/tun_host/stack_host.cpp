// Events of the stack go to the applications, its packets to the link.
#include "tun_host/stack_host.hpp"

#include <stdexcept>
#include <utility>

namespace tun_host {

using sequent::connection_state;
using sequent::instant;

class stack_host::stack_stream final : public stream {
 public:
  stack_stream(tcp_stack& keeper, sequent::handle of) : keeper_(keeper), of_(of) {}
  sequent::result<std::size_t> write(std::span<const std::uint8_t> octets) override {
    return keeper_.write(of_, octets);
  }
  sequent::result<std::size_t> read(std::span<std::uint8_t> out) override { return keeper_.read(of_, out); }
  sequent::result<void> shutdown() override { return keeper_.shutdown(of_); }
  void close(instant now) override { (void)keeper_.close(of_, now); }  // one that has ended needs no more
  [[nodiscard]] connection_state state() const override {
    const auto* const connection = keeper_.find(of_);
    return connection == nullptr ? connection_state::closed : connection->state();
  }

 private:
  tcp_stack& keeper_;
  sequent::handle of_;
};

stack_host::stack_host(network_link& wire, const host_config& config)
    : host(wire, config), buffers_(std::make_unique_for_overwrite<std::uint8_t[]>(tcp_stack::buffer_octets)) {
  sequent::stack_config settings;
  settings.connection = common_settings();
  settings.mtu = config.mtu;
  settings.secret = draw_secret();
  stack_ = std::make_unique<tcp_stack>(settings, std::span(buffers_.get(), tcp_stack::buffer_octets));
  if (!stack_->add_address(config.address)) throw std::runtime_error("the stack takes no address");
}

void stack_host::listen(std::uint16_t port, make_application make) {
  const auto listening = stack_->listen(config_.address, port, policy::sizes.max_connections);
  if (!listening) throw std::runtime_error(std::string("listening: ") + sequent::describe(listening.why()));
  listener_ = *listening;
  make_application_ = std::move(make);
}

void stack_host::connect(const sequent::ip_address& peer, std::uint16_t port, std::unique_ptr<application> over,
                         instant now) {
  const auto made = stack_->connect(config_.address, peer, port, now);
  if (!made) throw std::runtime_error(std::string("connecting: ") + sequent::describe(made.why()));
  users_[made->index] = {*made, std::move(over)};
}

void stack_host::take(std::span<const std::uint8_t> packet, instant now) {
  ++counts_.received;
  const auto before = stack_->statistics().icmp_taken;
  auto where = stack_->on_packet(packet, now);
  if (where == sequent::delivery::postponed) {
    turn(now);  // there is room for its answer once those before it have been sent
    where = stack_->on_packet(packet, now);
  }
  if (where == sequent::delivery::dropped) ++counts_.refused;
  counts_.icmp += stack_->statistics().icmp_taken - before;
  // Without SACK every duplicate acknowledgment counts (RFC 5681 section 4.2); otherwise what arrives together is
  // answered together.
  if (!agreed().sack) turn(now);
}

void stack_host::handle_events(instant now) {
  while (const auto event = stack_->next_event()) {
    if (!event->incoming) {
      progress(event->of.index, now);
      continue;
    }
    while (const auto made = stack_->accept(event->of)) {
      ++counts_.accepted;
      users_[made->index] = {*made, make_application_()};
      progress(made->index, now);
    }
  }
}

void stack_host::progress(sequent::u32 index, instant now) {
  const auto found = users_.find(index);
  if (found == users_.end()) return;
  user& at = found->second;
  if (const auto* const connection = stack_->find(at.of)) {
    look_at(*stack_->flow_of(at.of), connection->tcb(), connection->effective_mss(), at.told, now);
  }
  stack_stream over(*stack_, at.of);
  at.over->progress(over, now);
  // In TIME-WAIT there is nothing more to read or write: the stack remembers what has to be.
  const connection_state state = over.state();
  if (state == connection_state::closed || state == connection_state::time_wait) over.close(now);
  if (const auto* const connection = stack_->find(at.of)) {
    look_at(*stack_->flow_of(at.of), connection->tcb(), connection->effective_mss(), at.told, now);
  } else {
    users_.erase(found);
  }
}

bool stack_host::turn(instant now) {
  stack_->on_deadline(now);
  handle_events(now);
  for (unsigned sent = 0; sent != burst; ++sent) {
    const auto out = stack_->poll_packet(now, packet());
    if (!out) return false;
    if (packet()[ip_header() + 13] & 0x04u) ++counts_.resets;
    send(out->length, out->segment_size, now);
  }
  return true;
}

}  // namespace tun_host
