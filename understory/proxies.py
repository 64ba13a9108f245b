"""Who asks, as the proxies tell it that may be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

from understory.values import Proxies

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def behind(proxies: Proxies, application: WSGIApplication) -> WSGIApplication:
    """The application, told readers' own addresses by the proxies that may say them."""
    if proxies.hops:
        return ProxyFix(application, x_for=proxies.hops, x_proto=proxies.hops, x_host=proxies.hops)
    if proxies.networks:
        return _Believing(application, proxies.networks)
    return application


def believes(proxies: Proxies, address: str) -> bool:
    """Whether who connects from an address is believed when it says for whom it asks."""
    return bool(proxies.hops) or _is_in(_networks(proxies.networks), address)


class _Believing:
    """Takes from X-Forwarded-For the last address that is not a trusted proxy's own, and X-Forwarded-Proto."""

    def __init__(self, application: WSGIApplication, networks: Iterable[str]) -> None:
        self._application = application
        self._networks = _networks(tuple(networks))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _is_in(self._networks, environ["REMOTE_ADDR"]):
            told = [one.strip() for one in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
            if told:
                others = (one for one in reversed(told) if not _is_in(self._networks, one))
                environ["REMOTE_ADDR"] = next(others, told[0])
                environ["REMOTE_PORT"] = "0"
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")[0].strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._application(environ, start_response)


@lru_cache(maxsize=8)
def _networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in written)


@lru_cache(maxsize=1024)
def _is_in(networks: tuple[Network, ...], address: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)
