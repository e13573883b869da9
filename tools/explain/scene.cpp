#include "tools/explain/scene.hpp"

#include <algorithm>
#include <utility>

namespace sequent::explain {

namespace {

constexpr int most_steps = 2'000;  // of a scene that never comes to rest

void damage(std::vector<std::uint8_t>& octets, const treatment& how, std::size_t text) {
  if (how.swaps && text >= 4) {
    // The first two words of the text that stand where words are summed.
    const std::size_t at = octets.size() - text;
    std::swap(octets[at], octets[at + 2]);
    std::swap(octets[at + 1], octets[at + 3]);
  } else if (how.bit / 8 < octets.size()) {
    octets[how.bit / 8] = static_cast<std::uint8_t>(octets[how.bit / 8] ^ (0x80u >> how.bit % 8));
  }
}

}  // namespace

scene::scene(const scene_setting& given, const variation& varied)
    : reads_(given.reads),
      round_trip_(varied.round_trip.value_or(given.round_trip)),
      spacing_(given.spacing),
      loss_(varied.loss),
      random_(varied.seed * 2'654'435'761u + 1u) {
  for (std::size_t i = 0; i != 2; ++i) {
    end_setting each = given.end[i];
    each.port = static_cast<std::uint16_t>(i == 0 ? 49'152 : 80);
    each.remote_port = static_cast<std::uint16_t>(i == 0 ? 80 : 49'152);
    if (varied.isn) each.isn = (*varied.isn)[i];
    ports_[i] = each.port;
    settings_[i] = each;
    ends_[i] = make_end(each);
    free_at_[i] = -spacing_;
  }
}

end_facts scene::facts(int which) const {
  end_facts now = at(which).facts();
  for (timer_fact& each : now.timers) each.due += now_ - origin_;
  return now;
}

step scene::begin(happening kind, int where) const {
  step made;
  made.kind = kind;
  made.at = now_ - origin_;
  made.end = where;
  made.before = {facts(0), facts(1)};
  return made;
}

step& scene::finish(step done) {
  done.after = {facts(0), facts(1)};
  steps_.push_back(std::move(done));
  return steps_.back();
}

void scene::call(int where, std::string what, const std::function<std::string()>& how) {
  step made = begin(happening::call, where);
  made.what = std::move(what);
  made.error = how();
  made.rules = at(where).rules();
  finish(std::move(made));
  settle();
}

void scene::open() {
  const auto bad_luck = std::exchange(loss_, 0);
  const auto planned = std::exchange(path, {});
  listen(1);
  connect(0);
  run(round_trip_ * 2 + 8 * spacing_);
  loss_ = bad_luck;
  path = planned;
  steps_.clear();
  sent_ = texts_ = {};
  number_ = 0;
  origin_ = now_;
}

void scene::listen(int end) {
  call(end, "listen", [&] { return at(end).listen(); });
}
void scene::connect(int end, std::string_view text) {
  const std::string with = text.empty() ? "connect" : "connect, write \"" + std::string(text) + "\"";
  call(end, with, [&] {
    const std::string done = at(end).connect();
    if (!text.empty()) (void)at(end).write(text, false);
    return done;
  });
}
void scene::write(int end, std::string_view text, bool urgent) {
  const std::string shown = text.size() > 120 ? std::to_string(text.size()) + " octets" : '"' + std::string(text) + '"';
  call(end, (urgent ? "write urgent " : "write ") + shown, [&]() -> std::string {
    return at(end).write(text, urgent) == text.size() ? "" : "not all of it fits the send buffer";
  });
}
void scene::read(int end, std::size_t most) {
  step made = begin(happening::call, end);
  made.got = at(end).read(most);
  made.what = "read " + std::to_string(made.got.size()) + " octets";
  made.rules = at(end).rules();
  finish(std::move(made));
  settle();
}
void scene::shutdown(int end) {
  call(end, "shutdown", [&] { return at(end).shutdown(); });
}
void scene::close(int end) {
  call(end, "close", [&] { return at(end).close(); });
}
void scene::abort(int end) {
  call(end, "abort", [&] { return at(end).abort(); });
}

void scene::inject(int to, microseconds span, const segment_facts& facts, fate what) {
  packet p;
  p.to = to;
  p.wire.octets = write_segment(facts, ports_[static_cast<std::size_t>(1 - to)], ports_[static_cast<std::size_t>(to)]);
  p.facts = facts;
  p.facts.number = 0;
  p.became = what;
  p.sent_at = now_ - origin_ + span;
  flying_.emplace(now_ + span, std::move(p));
}

void scene::report(int to, microseconds span, std::uint32_t seq, std::uint32_t mtu) {
  packet error;
  error.to = to;
  error.facts.seq = seq;
  error.mtu = mtu;
  flying_.emplace(now_ + span, std::move(error));
}

void scene::restart(int end, bool listens) {
  step made = begin(happening::call, end);
  made.what = "fails and starts again";
  const auto i = static_cast<std::size_t>(end);
  ends_[i] = make_end(settings_[i]);
  finish(std::move(made));
  if (listens) listen(end);
}

// Everything that can happen without time passing.
void scene::settle() {
  while (meet_waits() || send(0) || send(1)) {
  }
}

bool scene::meet_waits() {
  for (std::size_t i = 0; i != waits_.size(); ++i) {
    if (!waits_[i].holds()) continue;
    const std::function<void()> what = std::move(waits_[i].what);
    waits_.erase(waits_.begin() + static_cast<std::ptrdiff_t>(i));
    what();
    return true;
  }
  return false;
}

// The user reads what an event brought.
void scene::take_up(int where, step& because) {
  if (!reads_[static_cast<std::size_t>(where)]) return;
  because.got = at(where).read(1'000'000);
  (void)at(where).rules();
}

bool scene::send(int from) {
  if (steps_.size() > most_steps) return false;
  step made = begin(happening::sends, from);
  const auto out = at(from).poll();
  std::vector<rule_fact> rules = at(from).rules();
  if (!out) return false;
  made.rules = std::move(rules);
  made.what = at(from).cause();
  made.segment = *read_segment(out->octets);
  made.segment.capable = out->capable;
  made.segment.number = ++number_;
  made.segment.tells_seq = made.what == "keep-alive";
  carry(from, *out, made);
  finish(std::move(made));
  return true;
}

bool scene::unlucky() {
  if (loss_ == 0) return false;
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_ % 100 < loss_;
}

void scene::carry(int from, const wire_octets& wire, step& sent) {
  const auto i = static_cast<std::size_t>(from);
  passing asked;
  asked.from = from;
  asked.number = ++sent_[i];
  asked.with_text = sent.segment.text.empty() ? 0 : ++texts_[i];
  const bool sequenced = sent.segment.end() != sent.segment.seq;
  asked.again = sequenced && any_sent_[i] && static_cast<std::int32_t>(sent.segment.seq - furthest_[i]) < 0;
  if (sequenced && (!any_sent_[i] || static_cast<std::int32_t>(sent.segment.end() - furthest_[i]) > 0)) {
    furthest_[i] = sent.segment.end();
    any_sent_[i] = true;
  }
  sent.again = asked.again;
  asked.segment = &sent.segment;
  treatment what = path ? path(asked) : treatment{};
  if (what.what == fate::whole && unlucky()) what.what = fate::lost;
  sent.became = what.what;
  free_at_[i] = std::max(free_at_[i] + spacing_, now_);
  const microseconds leaves = free_at_[i];
  sent.at = now_ - origin_;
  if (what.what == fate::too_big && what.mtu != 0) {
    packet error;
    error.to = from;
    error.facts = sent.segment;
    error.mtu = what.mtu;
    flying_.emplace(leaves + round_trip_ / 2, std::move(error));
  }
  if (what.what == fate::lost || what.what == fate::too_big) return;
  packet p{1 - from, wire, sent.segment, what.what, leaves - origin_, 0};
  if (what.what == fate::damaged) {
    damage(p.wire.octets, what, sent.segment.text.size());
    // What is shown at the arrival is what arrives, where it can be read.
    if (const auto read = read_segment(p.wire.octets)) p.facts.text = read->text;
  }
  if (what.what == fate::marked) p.wire.marked = p.facts.marked = true;
  const microseconds due = leaves + round_trip_ / 2 + (what.what == fate::late ? what.by : 0);
  if (what.what == fate::repeated) {
    packet first = p;
    first.became = fate::whole;
    flying_.emplace(due, std::move(first));
    flying_.emplace(due + what.by, std::move(p));
    return;
  }
  flying_.emplace(due, std::move(p));
}

void scene::deliver(packet p) {
  if (p.mtu != 0) {
    step made = begin(happening::reports, p.to);
    made.segment = p.facts;
    const bool counts = at(p.to).too_big(p.facts.seq, p.mtu);
    made.what = "fragmentation needed, MTU " + std::to_string(p.mtu);
    made.error = counts ? "" : "the segment is not outstanding";
    made.rules = at(p.to).rules();
    finish(std::move(made));
    return;
  }
  step made = begin(happening::arrives, p.to);
  made.segment = p.facts;
  made.became = p.became;
  made.sent_at = p.sent_at;
  at(p.to).arrives(p.wire);
  made.rules = at(p.to).rules();
  take_up(p.to, made);
  finish(std::move(made));
}

void scene::pass_time(microseconds to) {
  const microseconds span = to - now_;
  if (span <= 0 &&
      !std::any_of(ends_.begin(), ends_.end(), [](const auto& e) { return e->deadline().value_or(1) <= 0; }))
    return;
  // Time passes for both before anything is recorded of either.
  std::array<step, 2> made{begin(happening::timer, 0), begin(happening::timer, 1)};
  now_ = to;
  for (int i = 0; i != 2; ++i) {
    step& each = made[static_cast<std::size_t>(i)];
    each.at = to - origin_;
    const auto expired = at(i).advance(span);
    each.rules = at(i).rules();
    for (const std::string& timer : expired) {
      step one = each;
      one.what = timer;
      finish(std::move(one));
    }
  }
}

std::optional<microseconds> scene::next_event() const {
  std::optional<microseconds> first;
  const auto take = [&](microseconds when) { first = first ? std::min(*first, when) : when; };
  if (!flying_.empty()) take(flying_.begin()->first);
  if (!plans_.empty()) take(plans_.begin()->first);
  for (const auto& each : ends_) {
    if (const auto due = each->deadline()) take(now_ + std::max<microseconds>(*due, 0));
  }
  return first;
}

void scene::run(microseconds most) {
  const microseconds until = now_ + most;
  settle();
  while (steps_.size() < most_steps) {
    const auto next = next_event();
    if (!next || *next > until) break;
    pass_time(*next);
    settle();
    while (!flying_.empty() && flying_.begin()->first <= now_) {
      packet p = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      deliver(std::move(p));
      settle();
    }
    while (!plans_.empty() && plans_.begin()->first <= now_) {
      const std::function<void()> what = std::move(plans_.begin()->second);
      plans_.erase(plans_.begin());
      what();
    }
  }
}

chapter scene::told(std::string title) const {
  chapter made;
  made.title = std::move(title);
  made.steps = steps_;
  for (int i = 0; i != 2; ++i) {
    if (made.wrong.empty()) made.wrong = at(i).violation();
  }
  return made;
}

}  // namespace sequent::explain
