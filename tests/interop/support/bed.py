"""The test bed: a network namespace with a TUN device between the kernel's TCP and Sequent's, and what runs in it."""

import ctypes
import hashlib
import itertools
import os
import random
import signal
import subprocess
import threading
from typing import Callable

KERNEL = "192.0.2.1"
SEQUENT = "192.0.2.2"
KERNEL6 = "2001:db8::1"
SEQUENT6 = "2001:db8::2"
DEVICE = "sequent0"
# RFC 6298 asks for a least retransmission timeout of a second. The round trip here takes well under a millisecond and
# thousands of packets are lost, so the tests use what Linux uses; only the time they take depends on it.
LEAST_RTO = ["--least-rto", "200"]
CLONE_NEWNET = 0x40000000  # of the kernel's sched.h


class Failure(Exception):
    """Something that had to hold does not."""


class Skip(Exception):
    """What the test needs is not there."""


def run(*command: str, seconds: float = 60) -> str:
    """Runs a command to its end and returns its output; a failure of it is a Failure."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def inside(name: str, *command: str) -> list[str]:
    """The command, run in the network namespace of that name. "ip netns exec" would also mount /sys anew, for which /
    must be a mount point: in a plain chroot it is none."""
    return ["nsenter", f"--net=/run/netns/{name}", *command]


class Bed:
    """A namespace with a TUN device, and the processes started in it. Takes both away again, and nothing else."""

    made_so_far = itertools.count()

    def __init__(self, tun_host: str):
        self.tun_host = tun_host
        self.name = f"sequent-{os.getpid()}-{next(self.made_so_far)}"
        self.processes: list[subprocess.Popen] = []
        self.made = False

    def __enter__(self) -> "Bed":
        made = subprocess.run(["ip", "netns", "add", self.name], capture_output=True, text=True)
        if made.returncode != 0:
            raise Skip(f"no network namespace can be made here: {made.stderr.strip()}")
        self.made = True
        try:
            entered = subprocess.run(self.inside("true"), capture_output=True, text=True)
            if entered.returncode != 0:
                raise Skip(f"no network namespace can be entered here: {entered.stderr.strip()}")
            run(*self.inside("ip", "link", "set", "lo", "up"))
            tun = subprocess.run(self.inside("ip", "tuntap", "add", "dev", DEVICE, "mode", "tun"),
                                 capture_output=True, text=True)
            if tun.returncode != 0:
                raise Skip(f"no TUN device can be made here: {tun.stderr.strip()}")
            run(*self.inside("ip", "address", "add", f"{KERNEL}/24", "dev", DEVICE))
            run(*self.inside("ip", "address", "add", f"{KERNEL6}/64", "dev", DEVICE, "nodad"))
            # The kernel hands a TUN device whole windows at once; a longer queue holds what one turn does not read.
            run(*self.inside("ip", "link", "set", DEVICE, "up", "txqueuelen", "4000"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        # A second interrupt must not leave half of it behind; only the main thread gets any.
        if threading.current_thread() is threading.main_thread():
            for interrupt in (signal.SIGINT, signal.SIGTERM):
                signal.signal(interrupt, signal.SIG_IGN)
        for process in list(self.processes):
            self.end(process)
        if self.made:
            subprocess.run(["ip", "netns", "delete", self.name], capture_output=True)
            self.made = False

    def inside(self, *command: str) -> list[str]:
        return inside(self.name, *command)

    def start(self, *command: str) -> subprocess.Popen:
        """Starts a process in the namespace. It gets no interrupts of the terminal: this script ends it."""
        process = subprocess.Popen(self.inside(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.processes.append(process)
        return process

    def end(self, process: subprocess.Popen) -> str:
        """Ends a process that start() started, and returns the rest of what it said."""
        if process in self.processes:
            self.processes.remove(process)
        if process.poll() is None:
            process.terminate()
        try:
            return process.communicate(timeout=5)[0] or ""
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0] or ""

    def sequent(self, *arguments: str, address: str = SEQUENT) -> list[str]:
        return [self.tun_host, "--tun", DEVICE, "--address", address, *LEAST_RTO, *arguments]

    def enter(self) -> None:
        """Moves the calling thread into the namespace: its sockets, its processes, and what /proc/sys/net shows it."""
        with open(os.path.join("/run/netns", self.name), encoding="utf-8") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise Failure(f"entering the namespace {self.name}: {os.strerror(ctypes.get_errno())}")

    def kernel_sent_again(self) -> int:
        """RetransSegs of the namespace."""
        with_names = [line.split() for line in run(*self.inside("cat", "/proc/net/snmp")).splitlines()
                      if line.startswith("Tcp:")]
        return int(dict(zip(*with_names))["RetransSegs"])


def do_inside(place, work: Callable[[], None]) -> None:
    """Does it in a thread that is in the namespace of that name; what it raises is raised here."""
    problem: list[BaseException] = []

    def there() -> None:
        try:
            Bed.enter(place)
            work()
        except BaseException as why:
            problem.append(why)

    thread = threading.Thread(target=there)
    thread.start()
    thread.join()
    if problem:
        raise problem[0]


def first_line(process: subprocess.Popen, what: str) -> str:
    """Waits for a server to say that it is there."""
    line = process.stdout.readline()
    if not line:
        raise Failure(f"{what} ended at once, exit status {process.wait()}")
    return line


def counts(output: str) -> dict[str, int]:
    """The line of tun_host that begins with "received", as numbers."""
    for line in output.splitlines():
        words = line.split()
        if words and words[0] == "received":
            return {name: int(value) for name, value in zip(words[::2], words[1::2])}
    raise Failure(f"tun_host reported no counts; it said: {output.strip()}")


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_file(path: str, octets: int, seed: int) -> None:
    octet_source = random.Random(seed)
    with open(path, "wb") as file:
        for at in range(0, octets, 1 << 20):
            file.write(octet_source.randbytes(min(1 << 20, octets - at)))
