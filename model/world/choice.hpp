// Who answers the world's questions. A chooser is asked pick(n) and answers a number below n.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace sequent::model {

/// pick(n): a number from 0 to n - 1, for n of 1 or more. exhausted(): nothing more to say; later picks answer 0.
template <class C>
concept chooser = requires(C c, const C& k, std::size_t n) {
  { c.pick(n) } -> std::same_as<std::size_t>;
  { k.exhausted() } -> std::same_as<bool>;
};

/// Always the first move. It is a fair and well-behaved continuation: the benign moves come first, calls and reads
/// before deliveries before time.
class first_choice {
 public:
  std::size_t pick(std::size_t) { return 0; }
  [[nodiscard]] bool exhausted() const { return false; }
};

/// Replays a list. An answer that is out of range means that the world is not the one the list was made for: it is
/// answered with 0 and remembered.
class replay_choice {
 public:
  /// `list` must outlive the chooser.
  explicit replay_choice(std::span<const std::uint16_t> list) : list_(list) {}
  std::size_t pick(std::size_t n) {
    if (next_ == list_.size()) return 0;
    const std::size_t answer = list_[next_++];
    if (answer < n) return answer;
    diverged_ = true;
    return 0;
  }
  [[nodiscard]] bool exhausted() const { return next_ == list_.size(); }
  [[nodiscard]] bool diverged() const { return diverged_; }

 private:
  std::span<const std::uint16_t> list_;
  std::size_t next_ = 0;
  bool diverged_ = false;
};

/// Reads octets, as a fuzzer gives them. A question with one answer costs no octet, up to 256 answers cost one,
/// more cost two.
class octet_choice {
 public:
  /// `octets` must outlive the chooser.
  explicit octet_choice(std::span<const std::uint8_t> octets) : octets_(octets) {}
  std::size_t pick(std::size_t n) {
    if (n <= 1) return 0;
    std::size_t value = next();
    if (n > 256) value = value << 8 | next();
    return value % n;
  }
  [[nodiscard]] bool exhausted() const { return used_ == octets_.size(); }
  /// How many octets were read.
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::size_t next() { return used_ < octets_.size() ? octets_[used_++] : 0; }
  std::span<const std::uint8_t> octets_;
  std::size_t used_ = 0;
};

/// Draws each answer from a callable: std::size_t draw(std::size_t n), below n.
template <class Draw>
class draw_choice {
 public:
  explicit draw_choice(Draw draw) : draw_(std::move(draw)) {}
  std::size_t pick(std::size_t n) { return n <= 1 ? 0 : static_cast<std::size_t>(draw_(n)) % n; }
  [[nodiscard]] bool exhausted() const { return false; }

 private:
  Draw draw_;
};

/// Passes the questions on and writes the answers down, so that any run can be replayed.
template <chooser C>
class recorded_choice {
 public:
  /// `inner` must outlive the recorder.
  explicit recorded_choice(C& inner) : inner_(&inner) {}
  std::size_t pick(std::size_t n) {
    const std::size_t answer = inner_->pick(n);
    choices_.push_back(static_cast<std::uint16_t>(answer));
    questions_.push_back(static_cast<std::uint16_t>(n));
    return answer;
  }
  [[nodiscard]] bool exhausted() const { return inner_->exhausted(); }

  /// The answers so far: what a replay_choice needs.
  [[nodiscard]] const std::vector<std::uint16_t>& choices() const { return choices_; }

  /// The octets with which an octet_choice gives the same answers: a seed for a fuzzer's corpus.
  [[nodiscard]] std::vector<std::uint8_t> octets() const {
    std::vector<std::uint8_t> all;
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      if (questions_[i] > 256) all.push_back(static_cast<std::uint8_t>(choices_[i] >> 8));
      if (questions_[i] > 1) all.push_back(static_cast<std::uint8_t>(choices_[i] & 0xFF));
    }
    return all;
  }

 private:
  C* inner_;
  std::vector<std::uint16_t> choices_;
  std::vector<std::uint16_t> questions_;
};

}  // namespace sequent::model
