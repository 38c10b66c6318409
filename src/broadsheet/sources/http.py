"""Fetching: the only module that opens sockets outward. Each address is checked at the moment of connecting to it."""

import contextlib
import functools
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address

import httpcore
import httpx

from broadsheet import __version__
from broadsheet.addresses import Address, inner_reason
from broadsheet.errors import BadInput, Unavailable

MAX_URL = 4_096
"""Characters."""
CONNECT_S = 10.0
"""Seconds for one address to accept; a name may have another that does."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
INNER_ZONES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "test", "invalid", "onion")
"""Top names that never lead outside (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`)."""
NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""Hosts that ancient rules read as an address: 127.1, 0x7f.1, 2130706433."""


class FetchRefused(BadInput):
    """The address is one we do not go to: wrong scheme, port or spelling, or it lies inside our own network."""


class FetchFailed(Unavailable):
    """The other side could not be reached, did not answer in time, or answered too much or unreadably."""


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What a fetch may cost, and where it may go. `max_bytes` counts after decompression.

    `inner` are hosts of our own network, as `name:port`, that the operator has opened; `allow_loopback` is for tests.
    """

    total_s: float = 30.0
    max_bytes: int = 16 * 2**20
    max_redirects: int = 3
    user_agent: str = f"Broadsheet/{__version__}"
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    allow_loopback: bool = False
    inner: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of any status. `url` is the last one asked; header names are in lower case, repeats are joined.

    `redirect` is the whole address that the answer sends us to, whose body was not read; else empty.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redirect: str = ""


Resolve = Callable[[str, int], Iterable[str]]
"""A host name and a port to addresses in text form; raises OSError."""

DEFAULT_POLICY = FetchPolicy()


def user_agent(contact: str) -> str:
    """How we introduce ourselves; `contact` is a page or mail address. Raises BadInput if no header can hold it."""
    if not contact.isascii() or not contact.isprintable() or any(sign in contact for sign in "()"):
        raise BadInput(f"contact {contact!r}: holds unusual characters. Give a URL or a mail address.")
    return f"Broadsheet/{__version__} (+{contact})" if contact else f"Broadsheet/{__version__}"


def look_up(host: str, port: int) -> list[str]:
    """The system's name resolution. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(url: str, *, policy: FetchPolicy = DEFAULT_POLICY, resolve: Resolve = look_up) -> Fetched:
    """GET one address, following redirects. Raises FetchRefused or FetchFailed; an error status is an answer.

    Sends nothing but the User-Agent; knows no cookies and no proxies.
    """
    end = time.monotonic() + policy.total_s
    for _ in range(policy.max_redirects + 1):
        answer = fetch_once(url, policy=replace(policy, total_s=end - time.monotonic()), resolve=resolve)
        if not answer.redirect:
            return answer
        url = answer.redirect
    raise FetchFailed(f"{_shown(url)}: gave up after {policy.max_redirects} redirects. Ask for the final address.")


def fetch_once(
    url: str,
    *,
    policy: FetchPolicy = DEFAULT_POLICY,
    resolve: Resolve = look_up,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """GET one address once; a redirect is an answer that names the next address. Raises like `fetch`."""
    target = _target(url, policy)
    with _explained(target.host, policy):
        return _ask(target, policy, resolve, headers or {})


def post_once(
    url: str,
    content: bytes,
    *,
    headers: Mapping[str, str],
    policy: FetchPolicy = DEFAULT_POLICY,
    resolve: Resolve = look_up,
) -> Fetched:
    """POST `content` to one address; a redirect is not followed. Raises like `fetch`."""
    target = _target(url, policy)
    with _explained(target.host, policy):
        return _ask(target, policy, resolve, headers, content)


def _target(url: str, policy: FetchPolicy) -> httpx.URL:
    """The address taken apart, if it is one we go to by its looks. Where its name leads is checked on connecting."""
    if len(url) > MAX_URL or not url.isprintable() or re.search(r"[\s\\]", url):
        raise FetchRefused(f"{_shown(url)}: too long, or holds blanks, backslashes or controls. Give a plain address.")
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchRefused(f"{_shown(url)}: cannot be understood ({error}). Give a plain address.") from error
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchRefused(f"{_shown(url)}: only http:// and https:// addresses are fetched.")
    if target.userinfo:
        raise FetchRefused(f"{target.host}: the address holds a user name. Leave out what stands before the @.")
    if f"{target.host}:{_port(target)}" in policy.inner:
        return target
    if _port(target) not in policy.ports:
        raise FetchRefused(f"{target.host}: port {target.port} is not one of {_listed(policy.ports)}.")
    _check_host(target.raw_host.decode("ascii"), policy)
    return target


def _port(target: httpx.URL) -> int:
    return target.port if target.port is not None else {"http": 80, "https": 443}[target.scheme]


def _listed(ports: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(ports)))


def _shown(url: str) -> str:
    """A URL for messages: short, printable, and without what stands before an @."""
    return ascii(re.sub(r"[^/:]*:?[^/]*@", "***@", url[:120]))[1:-1]


def _check_host(host: str, policy: FetchPolicy) -> None:
    bare = host.removesuffix(".")
    try:
        _check_address(host, ip_address(bare), policy)
        return
    except ValueError:
        pass
    if NUMERIC.fullmatch(bare) or not NAME.fullmatch(bare) or len(bare) > 253:
        raise FetchRefused(f"{host}: neither a host name nor an address in its usual spelling.")
    if policy.allow_loopback and bare == "localhost":
        return
    if "." not in bare or any(bare.endswith("." + zone) for zone in INNER_ZONES):
        raise FetchRefused(f"{host}: a name of an inner network. Only public hosts are fetched.")


def _check_address(host: str, address: Address, policy: FetchPolicy) -> None:
    reason = inner_reason(address)
    if reason and not (policy.allow_loopback and reason == "loopback"):
        raise FetchRefused(f"{host}: leads to {address} ({reason}). Only public hosts are fetched.")


def _joined(target: httpx.URL, location: str) -> str:
    try:
        return str(target.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchRefused(f"{target.host}: redirects to {_shown(location)}, which cannot be understood.") from error


class _Deadline:
    """One end for everything a fetch does, however often it waits."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left. Raises httpcore.ReadTimeout if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends with the deadline: a peer that drips bytes gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _OutwardBackend(httpcore.NetworkBackend):
    """Connects to the very addresses it has checked, so that a name cannot change its meaning in between."""

    def __init__(self, policy: FetchPolicy, deadline: _Deadline, resolve: Resolve) -> None:
        self._policy = policy
        self._deadline = deadline
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in self._checked_addresses(host, port):
            seconds = min(CONNECT_S, self._deadline.left())
            try:
                stream = self._sockets.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure

    def _checked_addresses(self, host: str, port: int) -> list[str]:
        """All addresses of a name. One inner address among them refuses the name: it is either broken or a trap."""
        addresses = [ip_address(text) for text in self._addresses(host, port)]
        if f"{host}:{port}" in self._policy.inner:
            return [str(address) for address in addresses]
        for address in addresses:
            _check_address(host, address, self._policy)
        return [str(address) for address in addresses]

    def _addresses(self, host: str, port: int) -> Iterable[str]:
        """Name resolution in a thread of its own, because it cannot be interrupted."""
        answers: queue.SimpleQueue[Iterable[str] | OSError] = queue.SimpleQueue()
        threading.Thread(target=lambda: answers.put(_caught(self._resolve, host, port)), daemon=True).start()
        try:
            answer = answers.get(timeout=self._deadline.left())
        except queue.Empty as error:
            raise httpcore.ConnectTimeout from error
        if isinstance(answer, OSError):
            raise httpcore.ConnectError(f"the name cannot be resolved: {answer.strerror or answer}")
        return answer


def _caught(resolve: Resolve, host: str, port: int) -> Iterable[str] | OSError:
    try:
        return resolve(host, port)
    except OSError as error:
        return error


@functools.cache
def _tls() -> ssl.SSLContext:
    """Made once: it reads a file of 150 certificates, in 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _ask(
    target: httpx.URL, policy: FetchPolicy, resolve: Resolve, more: Mapping[str, str], content: bytes | None = None
) -> Fetched:
    """GET, or POST where there is content."""
    deadline = _Deadline(policy.total_s)
    headers: dict[bytes | str, bytes | str] = {
        **dict(more.items()),
        "Host": target.netloc.decode("ascii"),
        "User-Agent": policy.user_agent,
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if content is not None:
        headers["Content-Length"] = str(len(content))
    method = "GET" if content is None else "POST"
    url = httpcore.URL(
        scheme=target.raw_scheme, host=target.raw_host, port=_port(target), target=target.raw_path or b"/"
    )
    backend = _OutwardBackend(policy, deadline, resolve)
    with (
        httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend) as pool,
        pool.stream(method, url, headers=headers, content=content) as response,
    ):
        received = _headers(response.headers)
        if response.status in REDIRECTS and "location" in received:
            return Fetched(str(target), response.status, received, b"", _joined(target, received["location"]))
        body = _body(response.iter_stream(), received.get("content-encoding", ""), policy.max_bytes)
        return Fetched(str(target), response.status, received, body)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("ascii", "replace").lower(), raw_value.decode("utf-8", "replace")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _body(chunks: Iterable[bytes], coding: str, limit: int) -> bytes:
    """The decoded body; never holds more than `limit` and one chunk. Raises _Unreadable."""
    if coding.strip().lower() in ("gzip", "x-gzip"):
        chunks = _gunzipped(chunks, limit)
    elif coding.strip().lower() not in ("", "identity"):
        raise _Unreadable(f"sent the coding {coding[:40]!r} that was not asked for")
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _Unreadable(f"sent more than {limit} bytes")
    return bytes(body)


def _gunzipped(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Decompresses at most `limit` + 1 bytes at a time, so that a bomb is met while it is small."""
    member, received = zlib.decompressobj(wbits=31), 0
    for chunk in chunks:
        received += len(chunk)
        if received > limit:  # empty blocks decompress to nothing, without end
            raise _Unreadable(f"sent more than {limit} bytes")
        rest = chunk
        while rest:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            yield member.decompress(rest, limit + 1)
            rest = member.unconsumed_tail or member.unused_data
    if received and not member.eof:
        raise _Unreadable("ended in the middle of its gzip data")


class _Unreadable(Exception):
    """A body that breaks the rules; the message completes "the host ..."."""


@contextlib.contextmanager
def _explained(host: str, policy: FetchPolicy) -> Iterator[None]:
    """Turns what the libraries raise into FetchFailed, naming the host."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise FetchFailed(f"{host}: no whole answer within {policy.total_s:.3g} s. Try later.") from error
    except _Unreadable as error:
        raise FetchFailed(f"{host}: {error}.") from error
    except (zlib.error, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise FetchFailed(f"{host}: {str(error) or type(error).__name__}. Try later.") from error
