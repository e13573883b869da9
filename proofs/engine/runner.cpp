// Checks theorems in processes of their own: see runner.hpp.
#include "proofs/engine/runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <numeric>
#include <optional>

namespace sequent::proof {
namespace {

using clock = std::chrono::steady_clock;

// A process keeps its theorem's limit on processor time itself. One that does not end although it had several times as
// much real time is ended.
constexpr double patience = 5;
constexpr double grace_seconds = 10;

struct process {
  std::size_t index;
  pid_t id;
  int from;  // the reading end of its pipe
  std::string received;
  clock::time_point started;
};

void write_all(int to, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = ::write(to, text.data() + done, text.size() - done);
    if (wrote <= 0) return;
    done += static_cast<std::size_t>(wrote);
  }
}

// The life of a process: lines of counts, then a line with the claim.
[[noreturn]] void live(const theorem& claim, int to) {
  std::signal(SIGINT, SIG_IGN);  // the parent ends us when it is interrupted
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGPIPE, SIG_DFL);
  const auto progress = [to](const finding& counts) {
    write_all(to, nlohmann::json{{"paths", counts.paths}, {"queries", counts.queries}}.dump() + "\n");
  };
  write_all(to, claim_record(claim, check(claim, progress)).dump() + "\n");
  std::_Exit(0);
}

std::optional<process> spawn(const std::vector<theorem>& claims, std::size_t index) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  std::fflush(nullptr);
  const pid_t id = ::fork();
  if (id == 0) {
    ::close(ends[0]);
    live(claims[index], ends[1]);
  }
  ::close(ends[1]);
  if (id < 0) {
    ::close(ends[0]);
    return std::nullopt;
  }
  return process{index, id, ends[0], {}, clock::now()};
}

nlohmann::json unknown(const theorem& claim, const std::string& why, double seconds) {
  record outcome;
  outcome.detail = why;
  outcome.seconds = seconds;
  return claim_record(claim, outcome);
}

// Ends a process, if it has not ended, and says how it ended.
std::string reap(const process& worker, bool kill) {
  if (kill) ::kill(worker.id, SIGKILL);
  int status = 0;
  while (::waitpid(worker.id, &status, 0) < 0 && errno == EINTR) {
  }
  ::close(worker.from);
  if (WIFSIGNALED(status)) return "its process was ended by signal " + std::to_string(WTERMSIG(status));
  return "its process ended with status " + std::to_string(WEXITSTATUS(status));
}

class pool {
 public:
  pool(const std::vector<theorem>& claims, const watcher& tell)
      : claims_(claims), tell_(tell), results_(claims.size()), waiting_(claims.size()) {
    std::iota(waiting_.begin(), waiting_.end(), std::size_t{0});
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [&](std::size_t a, std::size_t b) { return claims[a].seconds < claims[b].seconds; });
  }

  [[nodiscard]] bool idle() const { return waiting_.empty() && workers_.empty(); }

  void fill(unsigned jobs) {
    while (!waiting_.empty() && workers_.size() < jobs) {
      const std::size_t next = waiting_.back();
      waiting_.pop_back();
      if (auto worker = spawn(claims_, next)) {
        tell_.started(claims_[next]);
        workers_.push_back(std::move(*worker));
      } else {
        finish(next, unknown(claims_[next], "no process could be started", 0));
      }
    }
  }

  // Waits for news for at most a quarter of a second.
  void listen() {
    std::vector<pollfd> ears;
    for (const process& worker : workers_) ears.push_back({worker.from, POLLIN, 0});
    if (::poll(ears.data(), ears.size(), 250) < 0) return;
    for (std::size_t i = workers_.size(); i-- > 0;) {
      const bool ended = (ears[i].revents & (POLLIN | POLLHUP)) != 0 && !hear(workers_[i]);
      const bool overdue = elapsed(workers_[i]) > claims_[workers_[i].index].seconds * patience + grace_seconds;
      if (ended || overdue) retire(i, overdue && !ended, "it took too long");
    }
  }

  void stop() {
    while (!workers_.empty()) retire(workers_.size() - 1, true, "interrupted");
    for (const std::size_t left : waiting_) results_[left] = unknown(claims_[left], "interrupted", 0);
    waiting_.clear();
  }

  [[nodiscard]] nlohmann::json results() && { return nlohmann::json(std::move(results_)); }

 private:
  [[nodiscard]] static double elapsed(const process& worker) { return seconds_since(worker.started); }

  // False when the process has closed its end.
  bool hear(process& worker) {
    char buffer[4096];
    const ssize_t count = ::read(worker.from, buffer, sizeof buffer);
    if (count < 0) return errno == EINTR;
    worker.received.append(buffer, static_cast<std::size_t>(count));
    for (std::size_t end; (end = worker.received.find('\n')) != std::string::npos;) {
      const auto line = nlohmann::json::parse(worker.received.substr(0, end), nullptr, false);
      worker.received.erase(0, end + 1);
      if (line.is_discarded()) continue;
      if (line.contains("verdict")) {
        results_[worker.index] = line;
      } else {
        tell_.progress(claims_[worker.index], line);
      }
    }
    return count != 0;
  }

  void retire(std::size_t which, bool kill, const std::string& why) {
    const process worker = std::move(workers_[which]);
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(which));
    const std::string end = reap(worker, kill);
    nlohmann::json claim = results_[worker.index];
    if (claim.is_null()) claim = unknown(claims_[worker.index], kill ? why : end, elapsed(worker));
    finish(worker.index, std::move(claim));
  }

  void finish(std::size_t index, nlohmann::json claim) {
    tell_.finished(claims_[index], claim);
    results_[index] = std::move(claim);
  }

  const std::vector<theorem>& claims_;
  const watcher& tell_;
  std::vector<nlohmann::json> results_;
  std::vector<std::size_t> waiting_;  // the next to start stands last
  std::vector<process> workers_;
};

}  // namespace

const char* word(verdict result) {
  switch (result) {
    case verdict::holds: return "holds";
    case verdict::falls: return "falls";
    case verdict::unknown: break;
  }
  return "unknown";
}

nlohmann::json claim_record(const theorem& claim, const record& outcome) {
  nlohmann::json figures = {
      {"paths", outcome.main.paths},
      {"queries", outcome.main.queries},
      {"claims", outcome.main.claims},
      {"coverage_query", outcome.main.coverage_checked},
      {"controls", claim.controls.size()},
      {"controls_refuted", outcome.controls_refuted},
      {"witness", to_string(outcome.main.witness)},
  };
  nlohmann::json result = {
      {"id", claim.id},
      {"says", claim.says},
      {"cite", claim.cite},
      {"strength", "proven"},
      {"engine", "z3 symbolic execution"},
      {"bounds", claim.bounds},
      {"figures", std::move(figures)},
      {"verdict", word(outcome.result)},
      {"seconds", outcome.seconds},
  };
  if (!outcome.detail.empty()) result["detail"] = outcome.detail;
  return result;
}

nlohmann::json check_all(const std::vector<theorem>& claims, unsigned jobs, const watcher& tell,
                         const std::function<bool()>& interrupted) {
  pool work(claims, tell);
  while (!work.idle()) {
    if (interrupted()) {
      work.stop();
      break;
    }
    work.fill(jobs);
    work.listen();
  }
  return std::move(work).results();
}

}  // namespace sequent::proof
