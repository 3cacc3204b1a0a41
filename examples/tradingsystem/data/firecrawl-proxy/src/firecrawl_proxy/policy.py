"""What may be fetched: schemes, hosts, ports and addresses.

Enters: a URL from a caller or from a redirect, or a resolved address. Leaves: nothing if it is allowed, else
`Refused` with the reason. Host names are judged here, addresses again at the moment of connecting
(`pinned.py`): between two look-ups a name can change what it points to.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv6 ranges that carry an IPv4 address inside: the inner address is what is reached in the end.
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_SITE_LOCAL = ipaddress.ip_network("fec0::/10")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Refused(Exception):
    """The request is against the policy; the text says why."""


def is_public(address: IpAddress) -> bool:
    """True for an address of the public internet, also where an IPv6 address wraps an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None or address in _SITE_LOCAL:
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and any(address in network for network in _NAT64):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, slots=True)
class Policy:
    """`hosts` are names; one that begins with a dot stands for all names below it, not for the name itself."""

    hosts: Collection[str]
    ports: Collection[int] = (80, 443)

    def check(self, url: str) -> SplitResult:
        """Return the parts of an allowed URL. Raises `Refused`."""
        if any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in url) or "\\" in url:
            raise Refused("the URL has spaces, control characters or backslashes")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Refused("not a URL") from None
        if parts.scheme not in _DEFAULT_PORTS:
            raise Refused("only http and https are fetched")
        if parts.username is not None or parts.password is not None:
            raise Refused("a URL with credentials is not fetched")
        host = _canonical(parts.hostname)
        if not self._allows(host):
            raise Refused(f"host {host} is not on the allow-list")
        if (port or _DEFAULT_PORTS[parts.scheme]) not in self.ports:
            raise Refused(f"port {port} is not allowed")
        netloc = host if port is None else f"{host}:{port}"
        return parts._replace(netloc=netloc, fragment="")

    def _allows(self, host: str) -> bool:
        return any(host.endswith(entry) if entry.startswith(".") else host == entry for entry in self.hosts)


def _canonical(host: str | None) -> str:
    if not host:
        raise Refused("the URL has no host")
    try:
        name = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise Refused("the host is not a valid name") from None
    # No address in any notation, not even one on the list: a list of names cannot vouch for an address.
    if ":" in name or name.rsplit(".", 1)[-1].isdigit() or name.rsplit(".", 1)[-1].startswith("0x"):
        raise Refused("addresses are not fetched, only names")
    if not name or not all(letter.isalnum() or letter in "-._" for letter in name):
        raise Refused("the host is not a valid name")
    return name
