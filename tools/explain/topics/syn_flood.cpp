// Ten thousand SYNs from nobody, and one from somebody.
#include <array>
#include <memory>
#include <optional>

#include "tests/support/stack_net.hpp"
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

constexpr u32 queue = 128;

struct flooded_policy : default_stack_policy {
  using connection_policy = test::small_connection_policy;
  static constexpr stack_sizes sizes{
      .max_connections = 8, .max_half_open = queue, .max_time_wait = 8, .max_listeners = 2, .max_replies = 16};
};

/// A stack under flood, and how it stands in the words of a ladder.
class server {
 public:
  explicit server(std::uint32_t flood) : flood_(flood), host_(test::plain_stack()) {
    listening_ = *host_.tcp->listen(std::nullopt, 80, queue);
    note("listen",
         fmt::format("A server listens. Its SYN queue has room for {} connections that are not open yet.", queue));
  }

  void suffer() {
    for (std::uint32_t i = 0; i != flood_; ++i) {
      const end_facts before = facts();
      const auto answers = host_.in(from(i), test::at(1'000 + i).syn().mss(1'460));
      kept_.emplace_back(i + 1, host_.tcp->half_open_connections());
      cookies_.emplace_back(i + 1, static_cast<double>(host_.tcp->statistics().cookies_sent));
      if (i == 0 || i == queue - 1 || i == queue) arrived(i, before, answers);
    }
    const auto& counted = host_.tcp->statistics();
    note(fmt::format("{} SYNs have come", grouped(flood_)),
         fmt::format("{} records are kept, {} cookies went out, {} SYNs were dropped. The memory is what it was "
                     "before: a record for each "
                     "place of the queue.",
                     host_.tcp->half_open_connections(), grouped(counted.cookies_sent), counted.syn_dropped));
  }

  /// The honest client: the production core, in lockstep with the specification, through the same stack.
  void serve(std::uint32_t isn) {
    end_setting setting;
    setting.isn = isn;
    setting.mss = 1'460;
    setting.port = 49'152;
    setting.remote_port = 80;
    client_ = make_end(setting);
    step call = begin(happening::call, 0);
    call.what = "connect";
    (void)client_->connect();
    call.rules = client_->rules();
    finish(std::move(call));
    to_server("An honest client comes in the middle of it. The queue is full, so it gets a cookie as well.");
    to_client();
    step write = begin(happening::call, 0);
    write.what = "write \"hello\"";
    (void)client_->write("hello", false);
    write.rules = client_->rules();
    finish(std::move(write));
    to_server("The third step, and the first text with it. Nothing that the server kept speaks of this client.");
    const auto made = host_.tcp->accept(listening_);
    if (!made) return;
    std::array<std::uint8_t, 16> room{};
    const auto got = host_.tcp->read(*made, room);
    step read = begin(happening::call, 1);
    accepted_ = true;
    read.what = "accept, read";
    if (got) read.got.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got));
    read_ += read.got;
    read.says = fmt::format(
        "From ACK={} the server computes the cookie anew; it fits, so there was a SYN, and a connection is made of it. "
        "Half open are still {}.",
        acked_, host_.tcp->half_open_connections());
    finish(std::move(read));
  }

  [[nodiscard]] chapter told(std::string title) {
    chapter made;
    made.title = std::move(title);
    made.names = {"client", "server"};
    made.judged = false;
    made.steps = steps_;
    made.plots = {{"The queue fills, then cookies go out",
                   "SYNs",
                   "records kept, cookies sent",
                   {{"records", kept_}, {"cookies", cookies_}}}};
    const auto& counted = host_.tcp->statistics();
    made.tables = {{"What the stack counted",
                    {"", ""},
                    {{"packets that came", grouped(counted.packets)},
                     {"records in the SYN queue", std::to_string(host_.tcp->half_open_connections())},
                     {"cookies sent", grouped(counted.cookies_sent)},
                     {"cookies that came back", std::to_string(counted.cookies_accepted)},
                     {"SYNs dropped", std::to_string(counted.syn_dropped)},
                     {"connections", std::to_string(host_.tcp->connections())}}}};
    made.wrong = client_ ? client_->violation() : "";
    if (made.wrong.empty() && !host_.tcp->consistent()) made.wrong = "the stack's tables do not agree";
    return made;
  }

 private:
  [[nodiscard]] static flow from(std::uint32_t i) {
    return {test::v4(1),
            ip_address::from_v4({198, 51, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(1 + i % 250)}),
            80, 1'234};
  }
  [[nodiscard]] static flow honest() { return {test::v4(1), test::v4(2), 80, 49'152}; }

  [[nodiscard]] end_facts facts() const {
    end_facts now;
    now.state = fmt::format("queue {}/{}", host_.tcp->half_open_connections(), queue);
    if (accepted_) now.state = "ESTABLISHED";
    now.read = read_;
    return now;
  }
  [[nodiscard]] step begin(happening kind, int where) const {
    step made;
    made.kind = kind;
    made.at = now_;
    made.end = where;
    made.before = {client_ ? client_->facts() : absent(), facts()};
    return made;
  }
  [[nodiscard]] static end_facts absent() {
    end_facts nobody;
    nobody.state = "CLOSED";
    return nobody;
  }
  void finish(step made) {
    made.after = {client_ ? client_->facts() : absent(), facts()};
    steps_.push_back(std::move(made));
  }
  void note(const std::string& what, const std::string& says) {
    step made = begin(happening::call, 1);
    made.what = what;
    made.says = says;
    finish(std::move(made));
  }

  [[nodiscard]] static segment_facts facts_of(const test::packet& p) {
    const std::vector<std::uint8_t> octets = test::wire(p, {});
    return *read_segment(octets);
  }

  void arrived(std::uint32_t i, const end_facts& before, const std::vector<test::seen>& answers) {
    step made = begin(happening::arrives, 1);
    made.before[1] = before;
    made.segment = facts_of(test::at(1'000 + i).syn().mss(1'460));
    made.segment.shown = fmt::format("SYN {} of {}", i + 1, grouped(flood_));
    made.became = fate::forged;
    const bool cookie = host_.tcp->statistics().cookies_sent != 0;
    const std::string answered =
        answers.empty() ? "not answered" : "answered with SYN,ACK to an address where nobody wants it";
    made.says =
        cookie ? fmt::format("The queue is full. The SYN is {}, but nothing is kept: the number in it is a cookie.",
                             answered)
               : fmt::format(
                     "{} from an address that never sent it: {}, and a record of it is kept for the third step that "
                     "will not come.",
                     i == 0 ? "A SYN" : "The last one for which there is room,", answered);
    finish(std::move(made));
  }

  void to_server(const std::string& says) {
    const auto out = client_->poll();
    if (!out) return;
    step sent = begin(happening::sends, 0);
    sent.what = client_->cause();
    sent.rules = client_->rules();
    sent.segment = *read_segment(out->octets);
    sent.segment.number = ++number_;
    const segment_facts segment = sent.segment;
    acked_ = segment.ack;
    finish(std::move(sent));
    const auto parsed = parse_segment(out->octets, {});
    now_ += 50 * millisecond;
    (void)client_->advance(50 * millisecond);
    host_.now = host_.now + duration::milliseconds(50);
    step made = begin(happening::arrives, 1);
    made.segment = segment;
    answers_ = host_.in(honest(), test::packet(parsed->header, {parsed->text.begin(), parsed->text.end()}));
    made.says = says;
    finish(std::move(made));
  }

  void to_client() {
    if (answers_.empty()) return;
    const test::packet answer = answers_.front().segment;
    step sent = begin(happening::sends, 1);
    sent.what = "handshake";
    sent.segment = facts_of(answer);
    sent.segment.number = ++number_;
    latest_ = sent.segment;
    sent.says = fmt::format(
        "SEQ={} is no random number: a keyed hash of addresses, ports, the client's {} and the time, with a few bits "
        "for its MSS. The server keeps nothing.",
        latest_.seq, client_->facts().iss);
    finish(std::move(sent));
    now_ += 50 * millisecond;
    (void)client_->advance(50 * millisecond);
    host_.now = host_.now + duration::milliseconds(50);
    step made = begin(happening::arrives, 0);
    made.segment = latest_;
    test::packet forwarded = answer;
    forwarded.header.source_port = 80;
    forwarded.header.destination_port = 49'152;
    client_->arrives({test::wire(forwarded, {}), false, false});
    made.rules = client_->rules();
    made.says = fmt::format("To the client it is a number like any other: it acknowledges {}.", latest_.seq + 1);
    finish(std::move(made));
  }

  std::uint32_t flood_;
  test::stack_host<flooded_policy> host_;
  handle listening_{};
  std::unique_ptr<end> client_{};
  std::vector<test::seen> answers_{};
  std::vector<std::pair<double, double>> kept_{}, cookies_{};
  std::vector<step> steps_{};
  segment_facts latest_{};
  std::string read_{};
  bool accepted_ = false;
  microseconds now_ = 0;
  std::uint32_t acked_ = 0;
  int number_ = 0;
};

}  // namespace

story tell_syn_flood(const variation& varied) {
  story all;
  all.topic = "syn-flood";
  all.title = "A flood of SYNs";
  all.about =
      "A SYN costs its sender nothing, and a server that remembers each can be filled up with them. Ten thousand come "
      "here, from addresses "
      "that never sent them, and one from a client that means it.";
  server under(10'000);
  under.suffer();
  under.serve(varied.isn ? (*varied.isn)[0] : 100);
  all.chapters = {under.told("Ten thousand SYNs from nobody, one from somebody")};
  all.chapters[0].about =
      "The server is the core's stack of many connections. Cookies are no part of RFC 9293 and its rules: of the "
      "server's side what is "
      "shown is what the stack does and counts; the client has the specification beside it.";
  all.chapters[0].lessons = {
      "A cookie costs no memory, but it forgets: what the SYN offered must fit into the few bits that come back. With "
      "timestamps the core "
      "hides window scale and SACK there; without, such a connection has neither (RFC 4987).",
      "Cookies go out only while the queue is full; before that a small record is better, since a lost SYN,ACK can be "
      "sent again.",
      "The hash is keyed with a secret: who does not know it cannot make up an ACK that opens a connection, and an old "
      "one is refused.",
  };
  return all;
}

}  // namespace sequent::explain
