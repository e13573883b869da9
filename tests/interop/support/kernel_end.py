"""The kernel's end of a transfer, in the thread that asks: sockets, and what the kernel knows of their connections."""

import socket
import struct
from typing import NamedTuple

from support.bed import Failure

WINDOW_SCALE, SACK, TIMESTAMPS, ECN = "window scale", "SACK", "timestamps", "ECN"
SWITCHES = {WINDOW_SCALE: "tcp_window_scaling", SACK: "tcp_sack", TIMESTAMPS: "tcp_timestamps", ECN: "tcp_ecn"}


class TcpInfo(NamedTuple):
    """What of the kernel's struct tcp_info is looked at."""
    options: frozenset[str]  # those that both ends have agreed on
    ecn_seen: bool           # a packet that took part in ECN has arrived
    path_mtu: int
    delivered_ce: int        # segments whose acknowledgment said that they had met congestion
    sent_again: int          # segments, since the beginning


def tcp_info(connection: socket.socket) -> TcpInfo:
    octets = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    bits = octets[5]
    names = {1: TIMESTAMPS, 2: SACK, 4: WINDOW_SCALE, 8: ECN}
    return TcpInfo(frozenset(name for bit, name in names.items() if bits & bit), bool(bits & 16),
                   *(struct.unpack_from("=I", octets, at)[0] for at in (60, 196, 100)))


def switch(options: frozenset[str]) -> None:
    """Makes the kernel offer and take these options and no others, in the namespace of this thread."""
    settings = {name: option in options for option, name in SWITCHES.items()}
    settings["tcp_ecn_fallback"] = False  # or a lost SYN would be the end of ECN
    for name, on in settings.items():
        with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
            file.write("1" if on else "0")


def fetch(address: str, port: int, seconds: float) -> tuple[bytes, TcpInfo]:
    """Asks for the file at an address and reads to the end. Returns what came after the header."""
    with socket.create_connection((address, port), timeout=seconds) as peer:
        peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
        received = bytearray()
        while part := peer.recv(1 << 18):
            received += part
        # The end that has nothing left to send knows as much as it will.
        return bytes(received).partition(b"\r\n\r\n")[2], tcp_info(peer)


class Server:
    """Serves octets to one client, whatever it asks for."""

    def __init__(self, address: str, body: bytes, seconds: float):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = socket.create_server((address, 0), family=family)
        self.listener.settimeout(seconds)
        self.body = body
        self.seconds = seconds

    @property
    def port(self) -> int:
        return self.listener.getsockname()[1]

    def serve(self) -> TcpInfo:
        with self.listener, self.listener.accept()[0] as peer:
            peer.settimeout(self.seconds)
            asked = b""
            while b"\r\n\r\n" not in asked:
                part = peer.recv(4096)
                if not part:
                    raise Failure("the connection ended within the request")
                asked += part
            peer.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(self.body))
            peer.sendall(self.body)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(4096):
                pass
            return tcp_info(peer)


def same(sent: bytes, received: bytes) -> None:
    """Raises Failure unless they are identical, octet for octet."""
    if sent == received:
        return
    if len(sent) != len(received):
        raise Failure(f"{len(received)} octets arrived of {len(sent)}")
    at = next(i for i, (a, b) in enumerate(zip(sent, received)) if a != b)
    raise Failure(f"octet {at} arrived as {received[at]:#04x} and was sent as {sent[at]:#04x}")
