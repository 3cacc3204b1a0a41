import ipaddress

import pytest
from firecrawl_proxy.policy import Policy, Refused, is_public

POLICY = Policy(hosts=("www.b3.com.br", ".cvm.gov.br"))


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        ("https://www.b3.com.br/en?a=1#part", "https://www.b3.com.br/en?a=1"),
        ("HTTPS://WWW.B3.COM.BR./", "https://www.b3.com.br/"),
        ("http://dados.cvm.gov.br:80/", "http://dados.cvm.gov.br:80/"),
    ],
)
def test_allowed(url, fetched):
    assert POLICY.check(url).geturl() == fetched


@pytest.mark.parametrize(
    "url",
    [
        "https://cvm.gov.br/",  # a leading dot means names below
        "https://evilcvm.gov.br/",
        "https://www.b3.com.br.evil.example/",
        "https://evil.example/www.b3.com.br",
        "https://www.b3.com.br@evil.example/",
        "https://user:secret@www.b3.com.br/",
        "https://www.b3.com.br:8443/",
        "https://www.b3.com.br:99999/",
        "ftp://www.b3.com.br/",
        "file:///etc/passwd",
        "//www.b3.com.br/",
        "https:///nothing",
        "https://www.b3.com.br\\@evil.example/",
        "https://www.b3.com.br/\r\nHost: evil.example",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.0x1/",
        "http://0177.0.0.1/",
        "",
    ],
)
def test_refused(url):
    with pytest.raises(Refused):
        POLICY.check(url)


def test_an_address_is_refused_even_if_someone_lists_it():
    with pytest.raises(Refused, match="only names"):
        Policy(hosts=("10.0.0.1",)).check("http://10.0.0.1/")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "200.186.220.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses(address):
    assert is_public(ipaddress.ip_address(address))
