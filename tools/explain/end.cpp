#include "tools/explain/end.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sequent/congestion/reno.hpp"
#include "tests/path/heap_storage.hpp"
#include "tests/refinement/lockstep.hpp"
#include "tools/tracing/names.hpp"

namespace sequent::explain {

namespace {

/// Hears why segments go out and which timers were due.
struct listener {
  cause why = cause::fresh;
  std::vector<std::string> expired{};
  void operator()(const trace_event& what) {
    if (what.kind == trace_kind::sent) why = what.why;
    if (what.kind == trace_kind::expired) expired.emplace_back(tracing::timer_name(what.expired));
  }
};

/// The default connection with NewReno, whose windows are easily foretold, over buffers whose size is chosen when it is
/// made; able to open fast, and telling why it sends.
struct explained_policy : default_policy {
  using send_storage = path::heap_storage;
  using receive_storage = path::heap_storage;
  using congestion_control = congestion::reno;
  using fast_open = with_fast_open;
  using trace = traced_by<listener>;
  static constexpr std::size_t max_held_ranges = 64;
  static constexpr std::size_t max_sent_runs = 256;
};

constexpr std::size_t largest_segment = 2'000;
using base = refinement::lockstep<explained_policy, largest_segment>;
using spec_state = spec::state<spec::position>;
using spec_event = spec::event<spec::position>;
using spec_outcome = spec::outcome<spec::position>;

// The rules that only say that a check had nothing to object.
bool is_silent(const std::string& id) {
  static const std::array<const char*, 8> silent{"TS-1", "TS-2", "SEQ-1", "RST-1", "SYN-1", "URG-1", "TEXT-1", "FIN-1"};
  return std::find(silent.begin(), silent.end(), id) != silent.end();
}

rule_fact fact_of(std::size_t index) {
  const auto& rule = spec::all_rules<spec::position>()[index];
  return {rule.id, rule.cite, rule.says, !is_silent(rule.id)};
}

/// The rules that lead from a state to an outcome that stands where the production code went.
std::vector<rule_fact> way_to(const spec_state& from, const spec_event& e, const spec_state& reached) {
  struct edge {
    std::size_t rule = 0;
    spec_state before{}, after{};
  };
  std::vector<edge> edges;
  const auto note = [&](std::size_t rule, const spec_state& before, const spec_outcome& after) {
    edges.push_back({rule, before, after.next});
  };
  const auto outcomes = spec::walk(from, e, note, [](spec::stage, int) {});
  spec_state at = from;
  for (const auto& each : outcomes) {
    if (spec::same_state(each.next, reached)) at = each.next;
  }
  std::vector<rule_fact> way;
  for (auto it = edges.rbegin(); it != edges.rend(); ++it) {
    if (!(it->after == at)) continue;
    way.insert(way.begin(), fact_of(it->rule));
    at = it->before;
  }
  return way;
}

connection_config config_of(const end_setting& given) {
  connection_config config;
  config.local_port = given.port;
  config.remote_port = given.remote_port;
  config.isn_offset = given.isn;
  config.receive_mss = config.send_mss = given.mss;
  config.window_scale = given.window_scale;
  config.timestamps = given.timestamps;
  config.timestamp_offset = given.timestamp_offset;
  config.sack = given.sack;
  config.ecn = given.ecn;
  config.nagle = given.nagle;
  config.delayed_ack = duration::microseconds(given.delayed_ack);
  config.msl = duration::microseconds(given.msl);
  config.user_timeout = duration::microseconds(given.user_timeout);
  config.keep_alive.enabled = given.keep_alive_idle != 0;
  if (config.keep_alive.enabled) config.keep_alive.idle = duration::microseconds(given.keep_alive_idle);
  config.keep_alive.interval = duration::microseconds(given.keep_alive_interval);
  config.keep_alive.probes = given.keep_alive_probes;
  return config;
}

refinement::fast_open_role role_of(const end_setting& given) {
  refinement::fast_open_role role;
  role.serves = given.serves_fast_open;
  if (given.asks_for_cookie) role.knows = fast_open_server{};
  if (given.opens_fast) {
    role.knows = fast_open_server{
        refinement::keys_of_runs().cookie_for(refinement::server_of_runs, refinement::client_of_runs), given.mss};
  }
  return role;
}

class lockstep_end final : public end, private base {
 public:
  explicit lockstep_end(const end_setting& given)
      : base(config_of(given), path::heap_storage(given.send_buffer), path::heap_storage(given.receive_buffer)),
        given_(given) {
    base::set_fast_open(role_of(given));
    begin_anew();
    counted_ = refinement::fired_here().rules;
  }

  std::string listen() override {
    base::open_passive();
    return {};
  }
  std::string connect() override {
    if (base::closed() && !opened_) begin_anew();
    opened_ = true;
    base::open_active();
    return {};
  }
  std::size_t write(std::string_view text, bool urgent) override {
    const std::vector<std::uint8_t> octets(text.begin(), text.end());
    return urgent ? base::write_urgent(octets) : base::write(octets);
  }
  std::string read(std::size_t most) override {
    std::vector<std::uint8_t> room(std::min(most, base::readable()));
    if (room.empty()) return {};
    const std::size_t got = base::read(room);
    read_.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got));
    return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got)};
  }
  std::string shutdown() override {
    base::shutdown();
    return {};
  }
  std::string close() override {
    base::close();
    return {};
  }
  std::string abort() override {
    base::abort();
    return {};
  }

  void arrives(const wire_octets& packet) override {
    const auto mark = packet.marked    ? ecn_codepoint::congestion_experienced
                      : packet.capable ? ecn_codepoint::capable_0
                                       : ecn_codepoint::not_capable;
    if (base::tcp().state() == connection_state::listen) {
      change([this](connection_type& tcp) { (void)tcp.bind_peer(given_.remote_port, {}, given_.isn); });
    }
    const spec_state from = base::shadow().now();
    const auto parsed = parse_segment(packet.octets, base::tcp().config().addresses);
    spec_event e;
    e.what = spec::kind::arrival;
    if (parsed) {
      const control_block<u32>& tcb = base::tcp().tcb();
      const refinement::places where = base::shadow().places_for(tcb, &parsed->header);
      const bool outlived = spec::outlived((instant{} - tcb.ts.recent_at).count());
      e.seg = refinement::abstract_segment<spec::position>(parsed->header, where, outlived);
      e.seg.good_cookie = good_cookie(parsed->header);
    }
    base::arrives(packet.octets, mark);
    counted_ = refinement::fired_here().rules;
    if (parsed) arrival_ = way_to(from, e, base::shadow().now());
  }

  std::optional<wire_octets> poll() override {
    const auto out = base::poll();
    if (!out) return std::nullopt;
    wire_octets sent;
    sent.octets.assign(out->octets().begin(), out->octets().end());
    sent.capable = out->ecn != ecn_codepoint::not_capable;
    return sent;
  }

  [[nodiscard]] std::optional<microseconds> deadline() const override { return base::deadline(); }
  std::vector<std::string> advance(microseconds elapsed) override {
    hears_.expired.clear();
    base::advance(elapsed);
    return hears_.expired;
  }
  bool too_big(std::uint32_t seq, std::uint32_t mtu) override {
    bool counts = false;
    change([&](connection_type& tcp) {
      icmp_error report;
      report.kind = icmp_kind::too_big;
      report.type = 3;
      report.code = 4;
      report.mtu = mtu;
      report.seq = sequence_number<u32>(seq);
      counts = tcp.on_icmp(report, instant{});
    });
    return counts;
  }

  [[nodiscard]] end_facts facts() const override;
  [[nodiscard]] std::vector<rule_fact> rules() override {
    std::vector<rule_fact> all = std::exchange(arrival_, {});
    const spec::firing_counts now = refinement::fired_here().rules;
    for (std::size_t i = 0; i != now.counts.size(); ++i) {
      if (now.counts[i] != counted_.counts[i]) all.push_back(fact_of(i));
    }
    counted_ = now;
    return all;
  }
  [[nodiscard]] std::string cause() const override { return name(hears_.why); }
  [[nodiscard]] std::string violation() const override { return base::violation(); }

 private:
  // A connection that has not been opened yet, as if time began now: it opens at the number that was chosen for it.
  void begin_anew() {
    connection_type fresh(config_of(given_), path::heap_storage(given_.send_buffer),
                          path::heap_storage(given_.receive_buffer));
    fresh.trace().sink = &hears_;
    base::replace(fresh);
  }
  template <class Change>
  void change(Change how) {
    connection_type other = base::tcp();
    how(other);
    base::replace(other);
  }

  [[nodiscard]] bool good_cookie(const segment<u32>& header) const {
    if (!base::role().serves || base::tcp().state() != connection_state::listen || !header.control.syn()) return false;
    return refinement::keys_of_runs()
        .judge(header.options.fast_open, refinement::server_of_runs, refinement::client_of_runs)
        .take_text;
  }

  end_setting given_;
  bool opened_ = false;
  listener hears_{};
  spec::firing_counts counted_{};
  std::vector<rule_fact> arrival_{};
  std::string read_{};
};

end_facts lockstep_end::facts() const {
  const connection_type& tcp = base::tcp();
  const control_block<u32>& tcb = tcp.tcb();
  end_facts now;
  now.state = describe(tcb.state);
  now.iss = tcb.snd.iss.wire();
  now.irs = tcb.rcv.irs.wire();
  now.snd_una = tcb.snd.una.wire();
  now.snd_nxt = tcb.snd.nxt.wire();
  now.snd_wnd = tcb.snd.wnd;
  now.rcv_nxt = tcb.rcv.nxt.wire();
  now.rcv_wnd = tcb.rcv.wnd;
  now.buffered = tcp.sending().queued();
  now.unread = static_cast<std::uint32_t>(tcp.readable());
  for (const interval& each : tcp.receiving().held().view()) {
    now.held.emplace_back(each.first.wire(), each.last.wire());
  }
  const auto& recovery = tcp.sending().recovery();
  now.segment = tcp.effective_mss();
  now.cwnd = tcp.sending().congestion().window();
  now.ssthresh = tcp.sending().congestion().threshold();
  now.pipe = recovery.pipe();
  now.duplicates = recovery.duplicates();
  now.recovering = recovery.recovering();
  const rtt_estimator& rtt = tcp.sending().rtt();
  now.measured = rtt.sampled();
  now.srtt = rtt.smoothed().count();
  now.rttvar = rtt.variation().count();
  now.rto = rtt.timeout().count();
  now.doublings = rtt.doublings();
  now.owes_ack = connection_internals::owes_ack(tcp);
  now.ended = tcp.ended_by().has_value();
  now.end_of_stream = tcp.end_of_stream();
  now.urgent_ahead = tcp.urgent_ahead();
  for (std::size_t i = 0; i != timer_set::count; ++i) {
    const auto which = static_cast<timer>(i);
    if (const auto due = tcp.timers().due(which))
      now.timers.push_back({tracing::timer_name(which), due->microseconds()});
  }
  now.read = read_;
  return now;
}

}  // namespace

std::optional<segment_facts> read_segment(std::span<const std::uint8_t> octets) {
  const auto parsed = parse_segment(octets, {});
  if (!parsed) return std::nullopt;
  const segment<u32>& from = parsed->header;
  segment_facts facts;
  facts.seq = from.seq.wire();
  facts.ack = from.ack.wire();
  facts.window = from.wnd;
  facts.urgent = from.up;
  facts.syn = from.control.syn();
  facts.has_ack = from.control.ack();
  facts.fin = from.control.fin();
  facts.rst = from.control.rst();
  facts.psh = from.control.psh();
  facts.urg = from.control.urg();
  facts.ece = from.control.ece();
  facts.cwr = from.control.cwr();
  facts.text.assign(parsed->text.begin(), parsed->text.end());
  if (from.options.mss) facts.mss = *from.options.mss;
  if (from.options.window_scale) facts.scale = *from.options.window_scale;
  facts.sack_permitted = from.options.sack_permitted;
  if (from.options.ts) facts.timestamps.emplace(from.options.ts->value.wire(), from.options.ts->echo.wire());
  for (const auto& block : from.options.sack.view()) facts.sack.emplace_back(block.left.wire(), block.right.wire());
  if (from.options.fast_open) facts.cookie = from.options.fast_open->octets().size();
  facts.octets = octets.size();
  return facts;
}

std::vector<std::uint8_t> write_segment(const segment_facts& facts, std::uint16_t from, std::uint16_t to) {
  segment<u32> header;
  header.source_port = from;
  header.destination_port = to;
  header.seq = sequence_number<u32>(facts.seq);
  header.ack = sequence_number<u32>(facts.ack);
  header.wnd = facts.window;
  u32 bits = 0;
  if (facts.syn) bits |= control_bits<u32>::syn_bit;
  if (facts.has_ack) bits |= control_bits<u32>::ack_bit;
  if (facts.fin) bits |= control_bits<u32>::fin_bit;
  if (facts.rst) bits |= control_bits<u32>::rst_bit;
  header.control = control_bits<u32>(bits);
  header.text_length = static_cast<u32>(facts.text.size());
  if (facts.mss) header.options.mss = static_cast<std::uint16_t>(*facts.mss);
  if (facts.timestamps) {
    header.options.ts =
        timestamps<u32>{sequence_number<u32>(facts.timestamps->first), sequence_number<u32>(facts.timestamps->second)};
  }
  std::vector<std::uint8_t> octets(header_length + options_length(header.options) + facts.text.size());
  std::copy(facts.text.begin(), facts.text.end(), octets.end() - static_cast<std::ptrdiff_t>(facts.text.size()));
  emit_segment(header, octets, {});
  return octets;
}

std::unique_ptr<end> make_end(const end_setting& setting) { return std::make_unique<lockstep_end>(setting); }

}  // namespace sequent::explain
