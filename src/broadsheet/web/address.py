"""Where a request comes from: the peer, or what a proxy of ours says it speaks for."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 - the name of no network, not an address to listen on


def client_address(request: HttpRequest) -> str:
    """The visitor's address. X-Forwarded-For is believed as far as proxies of ours wrote it, from the right."""
    address = request.META.get("REMOTE_ADDR", "")
    for claimed in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if address not in settings.ENVIRONMENT["proxies"] or not _is_address(claimed.strip()):
            break
        address = claimed.strip()
    return address if _is_address(address) else NOWHERE


def network_of(address: str) -> str:
    """The network that limits count an address in: /24 of IPv4, /64 of IPv6, so that nobody escapes by moving on."""
    width = 24 if ip_address(address).version == 4 else 64
    return str(ip_network(f"{address}/{width}", strict=False))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
