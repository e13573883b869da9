// The same path without TCP: what it adds, and what that costs.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

// What the path does with the n-th piece of the text, counted from 1, when it is sent first.
treatment of_piece(int piece) {
  switch (piece) {
    case 2: return {fate::lost};
    case 4: return {fate::late, 3'500};
    case 6: return {fate::repeated, 2 * millisecond};
    case 7: return {fate::damaged, 0, 20 * 8 + 3};
    default: return {};
  }
}

constexpr int pieces = 8;

chapter with_tcp(const variation& varied) {
  end_setting end;
  end.sack = true;
  scene run(alike(end), varied);
  run.path = [](const passing& asked) {
    return asked.from == 0 && !asked.again ? of_piece(asked.with_text) : treatment{};
  };
  run.listen(1);
  run.connect(0);
  run.once_in(0, "ESTABLISHED", [&] {
    run.write(0, numbered(pieces));
    run.shutdown(0);
  });
  run.run(20 * second);
  chapter made = run.told("With TCP");
  made.about =
      "Eight pieces of text. The path loses the second, delays the fourth, repeats the sixth, and damages the seventh.";
  narrate(made);
  return made;
}

bool unlucky(std::uint64_t& state, std::uint32_t percent) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state % 100 < percent;
}

// No core runs here: a datagram is what the path makes of it.
chapter with_udp(const variation& varied) {
  const microseconds one_way = varied.round_trip.value_or(100 * millisecond) / 2;
  chapter made;
  made.title = "Without: datagrams";
  made.about =
      "The same eight pieces, the same path. UDP adds ports, a length and a checksum to what the network does, and "
      "nothing else.";
  made.judged = false;
  struct arrival {
    microseconds at = 0;
    step seen{};
  };
  std::vector<arrival> arrivals;
  std::uint64_t random = varied.seed * 2'654'435'761u + 1u;
  for (int i = 1; i <= pieces; ++i) {
    treatment what = of_piece(i);
    if (what.what == fate::whole && unlucky(random, varied.loss)) what.what = fate::lost;
    step sent;
    sent.kind = happening::sends;
    sent.at = 0;
    sent.what = "datagram";
    sent.segment.number = i;
    sent.segment.text = fmt::format("segment {} ", i);
    sent.segment.shown = fmt::format("datagram, {} octets", sent.segment.text.size());
    sent.segment.octets = sent.segment.text.size() + 8;
    sent.became = what.what;
    if (what.what == fate::lost) sent.says = "Lost. Nobody keeps a copy, and nobody will ask for it.";
    made.steps.push_back(sent);
    step got = sent;
    got.kind = happening::arrives;
    got.end = 1;
    got.says.clear();
    got.sent_at = (i - 1) * millisecond;
    const microseconds due = got.sent_at + one_way + (what.what == fate::late ? what.by : 0);
    if (what.what == fate::lost) continue;
    step first = got;
    if (what.what == fate::repeated) first.became = fate::whole;
    arrivals.push_back({due, first});
    if (what.what == fate::repeated) arrivals.push_back({due + what.by, got});
  }
  std::stable_sort(arrivals.begin(), arrivals.end(), [](const arrival& a, const arrival& b) { return a.at < b.at; });
  std::string read;
  for (arrival& each : arrivals) {
    step& at = each.seen;
    at.at = each.at;
    at.before[1].read = read;
    if (at.became == fate::damaged) {
      at.says = "The checksum does not hold: dropped. That is all that UDP itself does about it.";
    } else {
      at.got = at.segment.text;
      read += at.got;
      at.says = "Delivered as it comes.";
      if (at.became == fate::late) at.says = "Late, and delivered late: the user sees it where it does not belong.";
      if (at.became == fate::repeated) at.says = "It came again, and is delivered again.";
    }
    at.after[1].read = read;
    made.steps.push_back(std::move(at));
  }
  return made;
}

// The numbers of the pieces that were read.
std::string numbers_in(const std::string& read) {
  std::string numbers;
  for (const char c : read) {
    if (c >= '0' && c <= '9') numbers += (numbers.empty() ? "" : " ") + std::string(1, c);
  }
  return numbers;
}

table compared(const chapter& tcp, const chapter& udp) {
  struct count {
    int packets = 0;
    std::size_t octets = 0;
  };
  const auto wire = [](const chapter& of) {
    count all;
    for (const step& each : of.steps) {
      if (each.kind != happening::sends) continue;
      ++all.packets;
      all.octets += each.segment.octets + 20;  // and the header of IP
    }
    return all;
  };
  const auto first = [](const chapter& of) { return read_by(of, 1, 1); };
  const auto last = [](const chapter& of) { return read_by(of, 1, of.steps.back().after[1].read.size()); };
  const count a = wire(tcp), b = wire(udp);
  return {"Side by side",
          {"", "TCP", "UDP"},
          {{"the user reads segments", numbers_in(tcp.steps.back().after[1].read),
            numbers_in(udp.steps.back().after[1].read)},
           {"first octet after", in_time(first(tcp)), in_time(first(udp))},
           {"last octet after", in_time(last(tcp)), in_time(last(udp))},
           {"packets, both ways", std::to_string(a.packets), std::to_string(b.packets)},
           {"octets on the wire", grouped(a.octets), grouped(b.octets)}}};
}

}  // namespace

story tell_udp(const variation& varied) {
  story all;
  all.topic = "udp";
  all.title = "What TCP adds, and what it costs";
  all.about = "A network that loses, delays, repeats and damages, once with TCP on top of it and once without.";
  all.chapters = {with_tcp(varied), with_udp(varied)};
  all.chapters[1].tables = {compared(all.chapters[0], all.chapters[1])};
  all.chapters[1].lessons = {
      "TCP adds: everything arrives, once, in order, undamaged as far as the checksum sees, no faster than the "
      "receiver reads and the "
      "network carries, and both ends know that it did.",
      "It costs: a round trip before the first octet, acknowledgments, memory at both ends, and waiting. A gap holds "
      "back all that came "
      "behind it, which whoever listens to a voice does not want.",
      "Who needs some of this but not all builds it on UDP, as QUIC does; what is built is much the same.",
  };
  return all;
}

}  // namespace sequent::explain
