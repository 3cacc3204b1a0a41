import pytest

from bakehouse.build.transient import ROWS, recognise


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("failed to do request: Head \"https://r.example/v2/\": net/http: TLS handshake timeout", "TLS handshake timeout"),
        ("unexpected status: 502 Bad Gateway", "registry failed (5xx)"),
        ("unexpected status from PUT request to https://r.example/v2/x/blobs/uploads/: 503 Service Unavailable", "registry failed (5xx)"),
        ("failed to fetch oauth token: unexpected status: 500 Internal Server Error", "token service failed"),
        ("failed to copy: httpReadSeeker: failed open: read tcp 10.0.0.1: connection reset by peer", "transfer cut off"),
        ("dial tcp: lookup registry-1.docker.io on 127.0.0.11:53: server misbehaving", "name service failed"),
        ("E: Failed to fetch http://d/x.deb  Hash Sum mismatch", "package mirror changing"),
        ("ERROR: unable to select packages: temporary error (try again later)", "package mirror busy"),
        ("npm ERR! network request failed, reason: read ECONNRESET", "npm lost its connection"),
        ("npm error code ETIMEDOUT", "npm lost its connection"),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.", "pip lost its connection"),
        ('go: example.org/x@v1.2.3: Get "https://proxy/x/@v/v1.2.3.mod": read: connection reset by peer', "go lost its connection"),
        ("error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly", "git lost its connection"),
        ("warning: spurious network error (2 tries remaining)", "cargo lost its connection"),
        ("failed to solve: inconsistent graph state in edge", "BuildKit's inconsistent graph state"),
        ("rpc error: code = Unavailable desc = closing transport due to: graceful_stop", "engine restarted"),
        ("failed to receive status: context deadline exceeded", "timed out"),
    ],
)  # fmt: skip
def test_failures_that_may_pass(said, what):
    assert recognise(said).what == what


@pytest.mark.parametrize(
    "said",
    [
        'process "/bin/sh -c npm run build" did not complete successfully: exit code: 1',
        "npm error code E404",
        "process did not complete successfully: exit code: 137: context canceled",
        "429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
        "x509: certificate signed by unknown authority",
        "write /x: no space left on device",
        "Killed\nprocess did not complete successfully: exit code: 137",
        "pull access denied, repository does not exist or may require authorization",
        "dial tcp: lookup nowhere.invalid: no such host",
        "",
    ],
)
def test_failures_that_stay(said):
    assert recognise(said) is None


def test_the_registry_says_how_long():
    assert recognise("toomanyrequests: retry-after: 882.26ms, allowed: 44000/minute").wait == pytest.approx(0.88226)
    assert recognise("toomanyrequests: retry-after: 30s").wait == 30.0
    assert recognise("429 Too Many Requests").wait == 60.0


def test_no_row_is_hidden_by_another():
    """A row that matches its own words only after another did would be dead."""
    assert len({row.pattern for row in ROWS}) == len(ROWS)
