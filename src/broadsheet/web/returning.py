"""Going back: where a form leads after it was sent, and never off this site."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def local_path(text: str, fallback: str = "/") -> str:
    """An address of this site as given, or the fallback."""
    ours = text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if ours else fallback


def see_other(path: str) -> HttpResponse:
    """The page that follows a form, asked for by GET: sent again by the browser, it is not the form that is sent."""
    return HttpResponseRedirect(path, status=303)


def back(request: HttpRequest, fallback: str = "/", *, anchor: str = "") -> HttpResponse:
    """Lead to the page that the form stood on, as it says itself."""
    path = local_path(request.POST.get("next", ""), fallback)
    return see_other(f"{path.partition('#')[0]}#{anchor}" if anchor else path)
