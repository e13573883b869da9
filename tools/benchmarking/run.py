"""Building and running the programs of bench/."""

import json
import os
import re
import shutil
import subprocess
import sys

from benchmarking import rows
from benchmarking.table import Problem

# Run in a network namespace of its own, where loopback carries segments as Ethernet does.
SEGMENTS = "ip link set lo mtu 1500 up && ethtool -K lo tso off gso off gro off >/dev/null && exec \"$0\" \"$@\""
SECONDS = 1_800  # most that one program may take
TO_NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def build(root: str, folder: str, compiler: str, jobs: int) -> None:
    """Configures and builds the target benchmarks. Raises Problem."""
    configure = ["cmake", "--preset", "release", "-B", folder, "-DSEQUENT_BUILD_TESTS=OFF", "-DSEQUENT_BUILD_PROOFS=OFF",
                 "-DSEQUENT_BUILD_TOOLS=OFF", "-DSEQUENT_BUILD_EXAMPLES=OFF"]
    if compiler:
        configure.append(f"-DCMAKE_CXX_COMPILER={compiler}")
    for command in (configure, ["cmake", "--build", folder, "--target", "benchmarks", "--parallel", str(jobs)]):
        if subprocess.run(command, cwd=root, stdout=sys.stderr, check=False).returncode != 0:
            raise Problem(f"failed: {' '.join(command)}")


def output_of(command: list) -> str:
    """What a program prints. Raises Problem if it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Problem(str(problem)) from problem
    if done.returncode != 0:
        raise Problem(f"{' '.join(command)}: ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def parsed(text: str) -> dict:
    """The object in a piece of JSON. Raises Problem."""
    try:
        return json.loads(text)
    except ValueError as problem:
        raise Problem(f"no figures in {text!r}: {problem}") from problem


def why_no_segments() -> str:
    """Why the kernel cannot be measured without offload; empty if it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "needs root, to make a network namespace"
    for tool in ("unshare", "ip", "ethtool"):
        if shutil.which(tool) is None:
            return f"needs the command {tool}"
    test = subprocess.run(["unshare", "--net", "sh", "-c", SEGMENTS, "true"], capture_output=True, text=True,
                          check=False)
    return "" if test.returncode == 0 else f"no network namespace: {test.stderr.strip() or 'refused'}"


class Runner:
    """Gathers the figures of the programs in a folder."""

    def __init__(self, folder: str, octets: int, only: str):
        self.folder, self.octets, self.only = folder, octets, only
        self.figures, self.absent = {}, {}
        self.no_segments = why_no_segments()
        if self.no_segments:
            self.absent["kernel.segments"] = self.no_segments

    def add(self, figure: str, who: str, value: float) -> None:
        self.figures.setdefault(figure, {}).setdefault(who, []).append(value)

    def has(self, name: str) -> bool:
        return os.access(os.path.join(self.folder, "bench_" + name), os.X_OK)

    def program(self, name: str, seed: int, only: str = "", segments: bool = False) -> None:
        """Runs a program of bench/rows/ once."""
        command = [os.path.join(self.folder, "bench_" + name), "--octets", str(self.octets), "--seed", str(seed),
                   "--only", only if only.startswith(self.only) else self.only]
        if segments:
            command = ["unshare", "--net", "sh", "-c", SEGMENTS, *command]
        for found in map(parsed, output_of(command).split("\n")[:-1]):
            who = found["who"] + (".segments" if segments else "")
            if "absent" in found:
                self.absent[f"{found['row']}|{who}"] = found["absent"]
            else:
                self.add(found["row"], who, found["value"])

    def functions(self, name: str, who: str) -> None:
        """Runs the functions of bench/*_bench.cpp that the table shows, once."""
        patterns = [pattern for pattern, figure, _ in rows.FUNCTIONS
                    if figure.split("\\")[0].startswith(self.only) or self.only.startswith(figure.split(".")[0])]
        if not patterns:
            return
        command = [os.path.join(self.folder, "bench_" + name), "--benchmark_format=json", "--benchmark_min_time=0.05",
                   "--benchmark_filter=^(" + "|".join(patterns) + ")(/|$)"]
        for figure, value in functions_in(parsed(output_of(command))).items():
            self.add(figure, who, value)

    def once(self, seed: int) -> None:
        """Everything once. Programs take turns, so that what disturbs the machine for a while disturbs all."""
        for name in ("bulk", "connect_close", "idle", "path", "size", "threads"):
            self.program(name, seed)
        self.program("bulk_plain", seed, "bulk.64k")
        if self.has("functions"):
            self.functions("functions", "sequent")
            self.functions("functions_plain", "sequent.plain")
        else:
            starts = tuple(figure.split("\\")[0] for _, figure, _ in rows.FUNCTIONS)
            for row in rows.ROWS:
                if row.figure.startswith(starts):
                    self.absent[row.id()] = "not built: needs Google Benchmark (libbenchmark-dev)"
        self.program("kernel", seed)
        if not self.no_segments:
            self.program("kernel", seed, segments=True)
        if self.has("lwip"):
            self.program("lwip", seed)
        else:
            self.absent["lwip"] = "needs liblwip-dev"


def functions_in(report: dict) -> dict:
    """The figures in a report of Google Benchmark, in nanoseconds: of repetitions the median, of functions the slowest."""
    figures = {}
    for found in report["benchmarks"]:
        if found.get("run_type") == "aggregate" and found.get("aggregate_name") != "median":
            continue
        for pattern, name, counter in rows.FUNCTIONS:
            match = re.fullmatch(pattern + r"(?:/(?:repeats|iterations):\d+|/manual_time)*(?:_median)?", found["name"])
            if match:
                value = found[counter] if counter else found["cpu_time"] * TO_NANOSECONDS[found["time_unit"]]
                figure = match.expand(name)
                figures[figure] = max(value, figures.get(figure, 0.0))
    return figures
