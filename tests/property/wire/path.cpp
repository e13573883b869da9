// The path MTU estimate beside what RFC 5927 keeps, written out over positions that never wrap; and IP and ICMP headers
// written and read again.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "model/spec/oracles/path_mtu.hpp"
#include "sequent/transfer/path_mtu.hpp"
#include "tests/property/claim.hpp"
#include "tests/property/wire/ip_subject.hpp"

namespace sequent::property {
namespace path_properties {

using seconds_type = std::int64_t;

/// What the RFCs permit, told of every packet.
class path_judge {
 public:
  path_judge(std::int64_t most, std::int64_t least)
      : size_(most), permits_({.initial = most, .floor = std::min(most, least), .own_floor = std::min(most, least)}) {}

  void sent(std::int64_t size, std::int64_t end) {
    permits_.sent(size);
    flying_.push_back({end, size});
  }
  void acked(std::int64_t una) {
    permits_.acknowledged(una, 0);
    std::erase_if(flying_, [&](const packet& each) {
      if (each.end > una) return false;
      permits_.acknowledged(una, each.size);
      return true;
    });
    timeouts_ = 0;
  }
  void too_big(std::int64_t claimed, std::int64_t at, std::int64_t una, std::int64_t nxt) {
    permits_.too_big(claimed, at, una, nxt);
  }
  void timed_out() {
    permits_.timed_out();
    ++timeouts_;
  }
  void passes(seconds_type elapsed) { permits_.passes(elapsed * 1'000'000); }
  /// How many timeouts there were since something was acknowledged.
  [[nodiscard]] int timeouts() const { return timeouts_; }
  const std::string& hears(std::int64_t size) {
    permits_.claims(size);
    // What was on its way when the estimate fell goes again in smaller packets: which of them arrived, nobody knows.
    if (size < size_) {
      for (packet& each : flying_) each.size = std::min(each.size, size);
    }
    size_ = size;
    return permits_.violation();
  }

 private:
  struct packet {
    std::int64_t end;
    std::int64_t size;
  };
  std::int64_t size_;
  spec::path_mtu_oracle permits_;
  std::vector<packet> flying_{};
  int timeouts_ = 0;
};

/// What the estimate is to be, exactly: what of RFC 5927 is kept, over positions that never wrap.
class path_oracle {
 public:
  path_oracle(std::int64_t most, std::int64_t least) : most_(most), least_(std::min(most, least)), now_size_(most) {}

  [[nodiscard]] std::int64_t size() const { return now_size_; }
  [[nodiscard]] std::int64_t una() const { return una_; }
  [[nodiscard]] std::int64_t nxt() const { return nxt_; }
  [[nodiscard]] std::int64_t most() const { return most_; }
  [[nodiscard]] std::int64_t least() const { return least_; }

  void sent(std::int64_t size) {
    nxt_ += size;
    largest_sent_ = std::max(largest_sent_, size);
    // One size at a time is watched; a smaller one on its way counts as arrived.
    if (size <= std::max(watched_, largest_acked_)) return;
    largest_acked_ = std::max(largest_acked_, watched_);
    watched_ = size;
    watched_end_ = nxt_;
  }
  void acked(std::int64_t una) {
    una_ = una;
    timed_out_ = false;
    if (doubted_ && *doubted_at_ < una) doubted_.reset();
    if (watched_ == 0 || una < watched_end_) return;
    largest_acked_ = watched_;
    watched_ = 0;
  }
  void too_big(std::int64_t claimed, std::int64_t at, seconds_type now) {
    const bool outstanding = una_ <= at && at < nxt_;
    const bool plausible = claimed >= least_ && claimed < now_size_ && claimed < largest_sent_;
    if (!outstanding || !plausible) return;
    if (claimed < largest_acked_ && !timed_out_) {
      doubted_ = claimed;
      doubted_at_ = at;
    } else {
      reduce(claimed, now);
    }
  }
  void timed_out(std::int64_t size, bool full_stop, seconds_type now) {
    if (doubted_) return reduce(*doubted_, now);
    timed_out_ = true;
    const std::int64_t tried = std::min(size, now_size_);
    for (const std::int64_t fallback : {std::int64_t{1'024}, std::int64_t{512}}) {
      if (full_stop && tried > std::max(fallback, least_)) return reduce(std::max(fallback, least_), now);
      if (tried > fallback) return;
    }
  }
  void grow(seconds_type now) {
    if (now_size_ == most_ || now < patient_until_) return;
    now_size_ = most_;
    wait_ = std::min<seconds_type>(wait_ * 2, 600 * 64);
  }

 private:
  void reduce(std::int64_t to, seconds_type now) {
    now_size_ = to;
    largest_acked_ = std::min(largest_acked_, to);
    watched_ = std::min(watched_, to) > largest_acked_ ? std::min(watched_, to) : 0;
    largest_sent_ = 0;
    doubted_.reset();
    timed_out_ = false;
    patient_until_ = now + wait_;
  }

  std::int64_t most_, least_, now_size_;
  std::int64_t una_ = 0, nxt_ = 0;
  std::int64_t largest_sent_ = 0, largest_acked_ = 0, watched_ = 0, watched_end_ = 0;
  std::optional<std::int64_t> doubted_{}, doubted_at_{};
  seconds_type patient_until_ = 0, wait_ = 600;
  bool timed_out_ = false;
};

/// Believes a larger size too.
struct gullible : path_mtu {
  using path_mtu::path_mtu;
  bool on_too_big(u32 claimed, sequence_number<u32> seq, sequence_number<u32> una, sequence_number<u32> nxt,
                  instant now) noexcept {
    if (claimed <= 9'000 && claimed > largest_text() && in_window(seq, una, nxt - una)) {
      *this = gullible(static_cast<std::uint16_t>(claimed), 48);
      return false;
    }
    return path_mtu::on_too_big(claimed, seq, una, nxt, now);
  }
};

/// Does not ask which segment a report is about.
struct blind : path_mtu {
  using path_mtu::path_mtu;
  bool on_too_big(u32 claimed, sequence_number<u32>, sequence_number<u32> una, sequence_number<u32> nxt,
                  instant now) noexcept {
    return path_mtu::on_too_big(claimed, una, una, nxt, now);
  }
};

/// Believes at once what contradicts its experience.
struct hurried : path_mtu {
  using path_mtu::path_mtu;
  bool on_too_big(u32 claimed, sequence_number<u32> seq, sequence_number<u32> una, sequence_number<u32> nxt,
                  instant now) noexcept {
    const bool fell = path_mtu::on_too_big(claimed, seq, una, nxt, now);
    return fell || (doubts() && path_mtu::on_timeout(0, false, now));
  }
};

/// Goes on believing a remembered report although its segment was acknowledged.
struct resentful : path_mtu {
  using path_mtu::path_mtu;
  void on_acked(sequence_number<u32> una) noexcept {
    if (!doubts()) path_mtu::on_acked(una);
  }
};

/// Does not count what arrived of less than full size.
struct proud : path_mtu {
  using path_mtu::path_mtu;
  void on_sent(sequence_number<u32> end, u32 size) noexcept {
    if (size == largest_text()) path_mtu::on_sent(end, size);
  }
};

/// Forgets that the clock was moved.
struct restless : path_mtu {
  using path_mtu::path_mtu;
  bool grow(instant now) noexcept { return path_mtu::grow(now + duration::seconds(300)); }
};

// A size to send or claim: anything, or near one that means something.
std::int64_t drawn_size(std::uint16_t how, std::uint16_t any, const path_oracle& oracle) {
  const std::int64_t marks[] = {oracle.size(), oracle.most(), oracle.least(), 512, 1'024, 1'220};
  if (how % 8 > 5) return any % (how % 8 == 6 ? 2'000 : 65'536);
  return std::max<std::int64_t>(0, marks[how % 8] + any % 3 - 1);
}

/// exact: the estimate must be the expected one, too, and not only one that the RFCs permit.
template <class Estimate, bool exact = true>
std::string path_case(const drawn_case& c) {
  number_choice head(c.head);
  const std::size_t way = head.pick(3);
  const std::uint32_t any = head.word();
  const sequence_number<u32> origin{way == 0 ? any : (way == 1 ? 0u : 0x8000'0000u) - any % 4'096};
  const auto most = static_cast<std::uint16_t>(head.pick(2) == 0 ? 1'460 : 1 + head.pick(9'000));
  const auto least = static_cast<std::uint16_t>(head.pick(2) == 0 ? 48 : 1 + head.pick(1'300));
  Estimate core(most, least);
  path_oracle oracle(most, least);
  path_judge judge(most, least);
  seconds_type now = 0;
  const auto at = [&](std::int64_t position) { return origin + static_cast<u32>(position); };
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const step& s = c.steps[i];
    const instant moment = instant{} + duration::seconds(now);
    const std::int64_t before = exact ? oracle.size() : core.largest_text();
    switch (s[0] % 6) {
      case 0: {
        const std::int64_t size = std::min(before, drawn_size(s[1], s[2], oracle));
        if (oracle.nxt() - oracle.una() > 1'000'000 || size == 0) break;
        oracle.sent(size);
        judge.sent(size, oracle.nxt());
        core.on_sent(at(oracle.nxt()), static_cast<u32>(size));
        break;
      }
      case 1: {
        const std::int64_t flight = oracle.nxt() - oracle.una();
        if (flight == 0) break;
        oracle.acked(oracle.una() + (s[1] % 4 == 0 ? flight : 1 + s[2] % flight));
        judge.acked(oracle.una());
        core.on_acked(at(oracle.una()));
        break;
      }
      case 2:
      case 3: {
        const std::int64_t flight = oracle.nxt() - oracle.una();
        const std::int64_t where = s[3] % 8 == 0   ? oracle.una() - 1 - s[1] % 3000
                                   : s[3] % 8 == 1 ? oracle.nxt() + s[1] % 3000
                                                   : oracle.una() + (flight == 0 ? 0 : s[1] % flight);
        const std::int64_t claimed = drawn_size(s[1], s[2], oracle);
        oracle.too_big(claimed, where, now);
        judge.too_big(claimed, where, oracle.una(), oracle.nxt());
        const bool fell =
            core.on_too_big(static_cast<u32>(claimed), at(where), at(oracle.una()), at(oracle.nxt()), moment);
        if (exact && fell != (oracle.size() < before))
          return "step " + std::to_string(i) + ": says wrongly whether it fell";
        break;
      }
      case 4: {
        const std::int64_t size = drawn_size(s[1], s[2], oracle);
        judge.timed_out();
        const bool full_stop = s[3] % 2 == 0 && judge.timeouts() > 1;
        oracle.timed_out(size, full_stop, now);
        (void)core.on_timeout(static_cast<u32>(size), full_stop, moment);
        break;
      }
      default:
        now += s[1] % 900;
        judge.passes(s[1] % 900);
        oracle.grow(now);
        (void)core.grow(instant{} + duration::seconds(now));
    }
    if (exact && core.largest_text() != static_cast<u32>(oracle.size())) {
      return "step " + std::to_string(i) + ": the estimate is " + std::to_string(core.largest_text()) + ", not " +
             std::to_string(oracle.size());
    }
    if (const std::string& wrong = judge.hears(core.largest_text()); !wrong.empty()) {
      return "step " + std::to_string(i) + ": " + wrong;
    }
    if (s[0] % 6 != 5 && core.largest_text() > static_cast<u32>(before)) return "the estimate grew";
    if (core.largest_text() < static_cast<u32>(oracle.least()) || core.largest_text() > most) {
      return "step " + std::to_string(i) + ": the estimate is out of bounds";
    }
  }
  return {};
}

const registered paths{claim{
    // covers: rfc5927#7.2 rfc1191#3 rfc1191#6.3 rfc4821#7.7
    .id = "path-mtu",
    .says =
        "The path MTU is one that RFC 1191, 4821 and 5927 permit, and what their bookkeeping gives: no report raises "
        "it or takes it below its least, none is believed against experience before a timeout, and it grows only "
        "after its wait",
    .bounds = "sizes of 1 to 9000 octets, claims of 0 to 65535, a megabyte outstanding, at most 200 events, origins "
              "straddling 2^32 and 2^31, and any",
    .head = 8,
    .steps = 200,
    .cases = 10'000,
    .run = saying(path_case<path_mtu>),
    .controls = {{"a report can raise the estimate", saying(path_case<gullible>)},
                 {"any report is taken for one about what is outstanding", saying(path_case<blind>)},
                 {"a report against experience is believed at once", saying(path_case<hurried>)},
                 {"progress does not refute a report", saying(path_case<resentful>)},
                 {"the estimate grows five minutes early", saying(path_case<restless>)},
                 {"by the RFCs alone: what arrived of less than full size does not count",
                  saying(path_case<proud, false>)},
                 {"by the RFCs alone: a report against experience is believed at once",
                  saying(path_case<hurried, false>)}},
}};

/// Reads what stands after the hop-by-hop options as if nothing could.
struct forgetful_reader : ip_codec {
  static result<ip_datagram> parse(std::span<const std::uint8_t> packet) {
    auto parsed = ip_codec::parse(packet);
    if (parsed && !parsed->source.is_v4() && packet[6] != static_cast<std::uint8_t>(parsed->protocol)) {
      return error::bad_ip_header;
    }
    return parsed;
  }
};

/// Believes what an ICMP message quotes although its checksum does not hold.
struct trusting_reader : ip_codec {
  static result<icmp_error> report(const ip_datagram& datagram) {
    auto about = ip_codec::report(datagram);
    if (about || about.why() != error::bad_checksum) return about;
    return icmp_error{};
  }
};

/// Writes fifteen bits of a flow label of twenty.
struct narrow_writer : ip_codec {
  static result<void> emit(ip_header header, std::span<std::uint8_t> out) {
    header.flow_label &= 0x7fffu;
    return ip_codec::emit(header, out);
  }
};

template <class Codec>
case_check packet_check() {
  return saying([](const drawn_case& c) { return check_packet<Codec>(drawn_packet(c)); });
}

const registered packets{claim{
    // covers: rfc791 rfc8200#4 rfc6946#4 rfc9293#3.9.2.2 rfc9293#3.9.2.3 rfc792 rfc4443 rfc6437#2
    .id = "ip-packets",
    .says = "Packets of both families, with options, extension headers and ICMP errors in them, whole or damaged, are "
            "read as a plain second reader reads them, and what is accepted survives being written and read again",
    .bounds = "chains of at most ten extension headers, payloads of at most 120 octets, quoted segments, up to four "
              "octets damaged, cut or padded",
    .head = 40,
    .steps = 4,
    .cases = 20'000,
    .run = packet_check<ip_codec>(),
    .controls = {{"extension headers are not passed over", packet_check<forgetful_reader>()},
                 {"a flow label is cut", packet_check<narrow_writer>()},
                 {"the checksum of ICMP is not looked at", packet_check<trusting_reader>()}},
}};

}  // namespace path_properties
}  // namespace sequent::property
