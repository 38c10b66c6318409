"""Addresses of this site as they stand in letters: from the settings, never from what a request claims."""

from urllib.parse import urljoin, urlsplit

from django.conf import settings


def site_url(path: str = "/") -> str:
    """A path of this site as a whole address. Without BROADSHEET_URL it is the one that the server listens on."""
    base = settings.ENVIRONMENT["url"] or f"http://{_listening()}:{settings.ENVIRONMENT['port']}"
    return urljoin(f"{base}/", path.lstrip("/"))


def site_host() -> str:
    """The name of this site in what mail programs see."""
    return urlsplit(site_url()).hostname or "localhost"


def _listening() -> str:
    host: str = settings.ENVIRONMENT["host"]
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::", "") else host  # noqa: S104 - names, not sockets
