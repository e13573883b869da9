// A host whose connections a sequent::stack keeps.
#pragma once

#include <memory>
#include <unordered_map>

#include "sequent/stack.hpp"
#include "tun_host/host.hpp"

namespace tun_host {

/// See host. The rings are of a mebibyte each, whatever the configuration says.
class stack_host final : public host {
 public:
  stack_host(network_link& wire, const host_config& config);

  void listen(std::uint16_t port, make_application make) override;
  void connect(const sequent::ip_address& peer, std::uint16_t port, std::unique_ptr<application> over,
               sequent::instant now) override;
  void take(std::span<const std::uint8_t> packet, sequent::instant now) override;
  bool turn(sequent::instant now) override;
  [[nodiscard]] std::optional<sequent::instant> next_deadline() const override { return stack_->next_deadline(); }
  [[nodiscard]] std::size_t connections() const override {
    return std::size_t{stack_->connections()} + stack_->half_open_connections() + stack_->time_wait_connections();
  }

 private:
  struct policy : sequent::default_stack_policy {
    using connection_policy = host_policy;
    static constexpr sequent::stack_sizes sizes{
        .send_octets = std::size_t{1} << 20, .receive_octets = std::size_t{1} << 20, .max_connections = 64};
  };
  using tcp_stack = sequent::stack<policy>;
  class stack_stream;
  struct user {
    sequent::handle of{};
    std::unique_ptr<application> over;
    sequent::connection_state told = sequent::connection_state::closed;
  };
  static constexpr unsigned burst = 64;  // packets sent before what arrives gets its turn

  void progress(sequent::u32 index, sequent::instant now);
  void handle_events(sequent::instant now);

  // Never written to before it is used, so that it costs memory only for connections there are.
  std::unique_ptr<std::uint8_t[]> buffers_;
  std::unique_ptr<tcp_stack> stack_;
  std::unordered_map<sequent::u32, user> users_{};
  sequent::handle listener_{};
  make_application make_application_;
};

}  // namespace tun_host
