// Segments that overtake one another, come twice, or come damaged.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

chapter overtaken(const variation& varied, bool sack) {
  end_setting end;
  end.sack = sack;
  scene run(alike(end), varied);
  run.path = [](const passing& asked) {
    if (asked.from != 0 || asked.with_text != 2 || asked.again) return treatment{};
    return treatment{fate::late, 1'500};
  };
  run.open();
  run.write(0, numbered(4));
  run.run(10 * second);
  chapter made = run.told("1, 3, 2, 4");
  made.about = "Four segments go out in order; the path makes the second one late, and the third overtakes it.";
  narrate(made);
  return made;
}

chapter repeated(const variation& varied) {
  end_setting end;
  end.sack = true;
  scene run(alike(end), varied);
  run.path = [](const passing& asked) {
    if (asked.from != 0 || asked.with_text != 2) return treatment{};
    return treatment{fate::repeated, 5 * millisecond};
  };
  run.open();
  run.write(0, numbered(3));
  run.run(10 * second);
  chapter made = run.told("The network repeats a segment");
  made.about = "The second of three segments arrives twice. SACK is on, so the receiver can say that it did.";
  narrate(made, [](const step& at) -> std::string {
    const bool below = at.kind == happening::arrives && !at.segment.sack.empty() &&
                       static_cast<std::int32_t>(at.segment.sack[0].first - at.segment.ack) < 0;
    if (!below) return {};
    return fmt::format(
        "The block {} to {} lies below ACK={}: that is a DSACK (RFC 2883). It reports nothing new but a repetition, so "
        "the "
        "{} learns that nothing was lost.",
        at.segment.sack[0].first, at.segment.sack[0].second - 1, at.segment.ack, "client");
  });
  return made;
}

chapter answer_lost(const variation& varied) {
  end_setting end;
  end.sack = true;
  scene run(alike(end), varied);
  run.path = [](const passing& asked) {
    return treatment{asked.from == 1 && asked.number == 1 ? fate::lost : fate::whole};
  };
  run.open();
  run.write(0, numbered(1));
  run.run(10 * second);
  chapter made = run.told("The acknowledgment is lost");
  made.about =
      "The segment arrives, its ACK does not. The sender cannot tell this from a lost segment, and sends again.";
  narrate(made);
  made.lessons = {
      "A sender that repeats is right to do so as long as it does not know. The receiver makes repetition harmless: "
      "each octet "
      "has a number, and a number is delivered once."};
  return made;
}

chapter flipped(const variation& varied) {
  scene run(alike(), varied);
  run.path = [](const passing& asked) {
    if (asked.from != 0 || asked.with_text != 2 || asked.again) return treatment{};
    return treatment{fate::damaged, 0, 20 * 8 + 3};
  };
  run.open();
  run.write(0, numbered(6));
  run.run(10 * second);
  chapter made = run.told("One bit flips");
  made.about = "Six segments; in the first octet of the second one's text a bit changes on the way.";
  narrate(made);
  return made;
}

chapter exchanged(const variation& varied) {
  scene run(alike(), varied);
  run.path = [](const passing& asked) {
    if (asked.from != 0 || asked.with_text != 1 || asked.again) return treatment{};
    return treatment{fate::damaged, 0, 0, true};
  };
  run.open();
  run.write(0, numbered(1));
  run.run(10 * second);
  chapter made = run.told("What the checksum cannot see");
  made.about = "Two 16-bit words of the text change places. A sum does not care about the order of what is added.";
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::arrives || at.end != 1 || at.got.empty()) return {};
    return fmt::format("The checksum holds, and the wrong text is taken and acknowledged: {} was written.",
                       quoted(numbered(1)));
  });
  return made;
}

// How many of some damages the checksum notices, tried on a segment of ten octets.
table tried() {
  segment_facts facts;
  facts.seq = 101;
  facts.ack = 5'001;
  facts.has_ack = true;
  facts.window = 65'535;
  facts.text = numbered(1);
  const std::vector<std::uint8_t> good = write_segment(facts, 49'152, 80);
  const std::size_t bits = good.size() * 8;
  std::size_t one = 0, two = 0, pairs = 0, swapped = 0, swaps = 0;
  const auto flip = [](std::vector<std::uint8_t>& octets, std::size_t bit) {
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ (0x80u >> bit % 8));
  };
  for (std::size_t i = 0; i != bits; ++i) {
    std::vector<std::uint8_t> bad = good;
    flip(bad, i);
    one += !read_segment(bad).has_value();
    for (std::size_t j = i + 1; j != bits; ++j, ++pairs) {
      flip(bad, j);
      two += !read_segment(bad).has_value();
      flip(bad, j);
    }
  }
  for (std::size_t i = 20; i + 1 < good.size(); i += 2) {
    for (std::size_t j = i + 2; j + 1 < good.size(); j += 2, ++swaps) {
      std::vector<std::uint8_t> bad = good;
      std::swap(bad[i], bad[j]);
      std::swap(bad[i + 1], bad[j + 1]);
      swapped += !read_segment(bad).has_value();
    }
  }
  const auto row = [](const char* what, std::size_t all, std::size_t seen) {
    return std::vector<std::string>{what, grouped(all), grouped(seen), grouped(all - seen)};
  };
  return {
      "Tried on a segment of 30 octets, every possibility",
      {"damage", "cases", "noticed", "not noticed"},
      {row("one bit", bits, one), row("two bits", pairs, two), row("two words of the text exchanged", swaps, swapped)}};
}

}  // namespace

story tell_reorder(const variation& varied) {
  story all;
  all.topic = "reorder";
  all.title = "Out of order";
  all.about =
      "The network promises no order. The receiver puts the stream together by the numbers, keeps what came early, and "
      "gives its user "
      "octets in order only.";
  all.chapters = {overtaken(varied, false), overtaken(varied, true)};
  all.chapters[1].title = "The same with SACK";
  all.chapters[1].about = "With SACK the one duplicate ACK says more: what has arrived behind the gap.";
  all.chapters[1].lessons = {
      fmt::format("Sent again: {} without SACK, {} with. One duplicate ACK is no proof of a loss; that is what the "
                  "threshold of three is for.",
                  sent_by(all.chapters[0], 0, true), sent_by(all.chapters[1], 0, true)),
      "Keeping what came early is a SHOULD of the RFC, and the core does: the alternative is to have it sent again.",
  };
  return all;
}

story tell_duplicate(const variation& varied) {
  story all;
  all.topic = "duplicate";
  all.title = "Twice on the wire, once to the user";
  all.about =
      "The network may repeat a segment, and the sender may repeat one for nothing. The numbers make both harmless.";
  all.chapters = {repeated(varied), answer_lost(varied)};
  return all;
}

story tell_corruption(const variation& varied) {
  story all;
  all.topic = "corruption";
  all.title = "Damaged on the way";
  all.about =
      "Each segment carries a checksum over its header, its text and the addresses. One that does not hold is dropped "
      "without a word, "
      "and then it is a loss like any other.";
  all.chapters = {flipped(varied), exchanged(varied)};
  all.chapters[1].tables = {tried()};
  all.chapters[1].lessons = {
      "The checksum is a sum of 16-bit words. It notices every single bit, but not an exchange, and not two flips of "
      "one column that "
      "cancel. Links have checks of their own; who must be sure adds one above TCP.",
  };
  return all;
}

}  // namespace sequent::explain
