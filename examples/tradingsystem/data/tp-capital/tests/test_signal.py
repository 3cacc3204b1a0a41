from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from tp_capital.signal import Signal

BUY = {
    "source": "TP Capital",
    "ticker": "petr4",
    "side": "buy",
    "entry": "37.10",
    "targets": ["38.00", "39.50"],
    "stop": "36.20",
    "issued_at": "2026-11-20T10:00:00-03:00",
}
SELL = {**BUY, "side": "sell", "targets": ["36.00", "35.00"], "stop": "38.00"}


def test_a_good_signal_is_read_and_its_ticker_put_in_capitals():
    signal = Signal.model_validate(BUY)
    assert signal.ticker == "PETR4"
    assert str(signal.entry) == "37.10"
    assert Signal.model_validate(SELL).side == "sell"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ticker": "PETROBRAS"}, "pattern"),
        ({"ticker": "PE'; DROP"}, "pattern"),
        ({"side": "hold"}, "buy"),
        ({"entry": "0"}, "greater than 0"),
        ({"entry": "37.123"}, "decimal places"),
        ({"entry": "NaN"}, "finite"),
        ({"targets": []}, "at least 1"),
        ({"targets": ["36.90"]}, "above the entry"),
        ({"targets": ["39.00", "38.00"]}, "run away"),
        ({"targets": ["38.00", "38.00"]}, "run away"),
        ({"stop": "37.10"}, "below the entry"),
        ({"issued_at": "2026-11-20T10:00:00"}, "timezone"),
        ({"source": "  "}, "at least 1"),
        ({"leverage": 5}, "Extra inputs"),
    ],
)
def test_a_bad_signal_is_refused_with_the_reason(change, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Signal.model_validate({**BUY, **change})


def test_a_sell_aims_down():
    with pytest.raises(ValidationError, match="below the entry"):
        Signal.model_validate({**SELL, "targets": ["38.50"]})
    with pytest.raises(ValidationError, match="stop of a sell"):
        Signal.model_validate({**SELL, "stop": "36.00"})


def test_the_future_is_refused():
    late = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    with pytest.raises(ValidationError, match="future"):
        Signal.model_validate({**BUY, "issued_at": late})


def test_one_content_has_one_id_in_whatever_zone_the_time_is_written():
    signal = Signal.model_validate(BUY)
    assert signal.id == Signal.model_validate({**BUY, "issued_at": "2026-11-20T13:00:00Z"}).id
    assert signal.id != Signal.model_validate({**BUY, "entry": "37.11"}).id
