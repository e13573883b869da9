// Sentences: what a step means, in the words of somebody who teaches. Every number in them is read from the step.
#pragma once

#include <functional>
#include <string>

#include "tools/explain/facts.hpp"

namespace sequent::explain {

/// What a topic has to say about a step itself: nothing, a sentence instead of the usual one, or with a + in front one
/// more behind it.
using remark = std::function<std::string(const step&)>;

/// Gives each step of a chapter its sentence.
void narrate(chapter& of, const remark& own = {});

/// Has windows shown with the segments of a chapter.
void show_windows(chapter& of);

/// A span of time, e.g. "50 ms", "1.2 s", "4 min"; what is less than nothing
/// is never.
[[nodiscard]] std::string in_time(microseconds span);
/// "1 octet", "10 octets".
[[nodiscard]] std::string in_octets(std::size_t count);
/// A segment in a few words, for an arrow, e.g. "SYN,ACK SEQ=5000 ACK=101".
[[nodiscard]] std::string label(const segment_facts& of);
/// A citation for people, e.g. "RFC 9293 3.10.7.4, fifth check".
[[nodiscard]] std::string citation(const std::string& cite);
/// A text as it can be shown: quoted, long ones cut in the middle.
[[nodiscard]] std::string quoted(const std::string& text, std::size_t most = 60);
/// With the separators of thousands that the documents use.
[[nodiscard]] std::string grouped(std::uint64_t number);

}  // namespace sequent::explain
