"""Network addresses: which of them lie outside, so that a fetch on a stranger's word may go there. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address

INNER = tuple(
    (ip_network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's host agent"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "special purpose"),
        ("192.52.193.0/24", "special purpose"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "special purpose"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved or broadcast"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "local translation"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2620:4f:8000::/48", "special purpose"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
"""IANA's special-purpose registries (RFC 6890 and its followers) and what clouds keep for themselves."""

PUBLIC_IPV6 = IPv6Network("2000::/3")
"""All that is handed out for the open network; whatever lies outside is not reachable, or not what it seems."""


NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: how a machine with IPv6 only reaches IPv4 hosts, public ones included."""


def inner_reason(address: Address) -> str:
    """Why the address is not outside ("loopback", "private", ...); empty if it is."""
    carried = _carried(address)
    if carried is not None:
        return inner_reason(carried)
    for network, name in INNER:
        if address in network:
            return name
    return "" if address.version == 4 or address in PUBLIC_IPV6 else "not public"


def _carried(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, NAT64 or 6to4 (RFC 3056)."""
    if isinstance(address, IPv4Address):
        return None
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
