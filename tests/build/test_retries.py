from bakehouse.build.retries import Retries


def test_another_try_waits_longer_each_time_and_then_no_more():
    retries = Retries(2)
    assert [retries.next("a", "npm error ETIMEDOUT").pause, retries.next("a", "TLS handshake timeout").pause] == [5, 20]
    assert retries.next("a", "TLS handshake timeout") is None
    assert retries.note("a") == "after 2 retries (npm lost its connection, TLS handshake timeout)"
    assert retries.next("b", "TLS handshake timeout").message == "TLS handshake timeout: retry 1 of 2 in 5 s"


def test_what_stays_is_not_tried_again():
    retries = Retries(2)
    assert retries.next("a", "exit code: 1") is None
    assert retries.note("a") == ""


def test_some_failures_are_worth_one_try_only_and_some_need_a_long_pause():
    retries = Retries(5)
    assert retries.next("a", "inconsistent graph state").message.endswith("retry 1 of 1 in 5 s")
    assert retries.next("a", "inconsistent graph state") is None
    assert retries.next("b", "429 Too Many Requests").pause == 60
    assert Retries(0).next("a", "TLS handshake timeout") is None
