from datetime import UTC, datetime

from b3_market_data.feed import OPENING_PRICES, RandomWalk

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def prices(seed, ticks=50):
    walk = RandomWalk(seed)
    return [[quote.price for quote in walk.tick(NOW)] for _ in range(ticks)]


def test_one_seed_gives_one_walk_and_another_seed_another():
    assert prices(1) == prices(1)
    assert prices(1) != prices(2)


def test_each_tick_has_every_share_once():
    assert [quote.ticker for quote in RandomWalk(1).tick(NOW)] == list(OPENING_PRICES)


def test_prices_move_but_stay_positive_and_in_whole_centavos():
    walk = RandomWalk(3, {"MGLU3": 0.02})
    seen = [walk.tick(NOW)[0].price for _ in range(2000)]
    assert min(seen) >= 0.01
    assert all(round(price, 2) == price for price in seen)


def test_volume_never_falls():
    walk = RandomWalk(4)
    volumes = [walk.tick(NOW)[0].volume for _ in range(100)]
    assert volumes == sorted(volumes)
    assert volumes[-1] > 0


def test_another_share_does_not_change_the_first():
    alone = RandomWalk(5, {"PETR4": 37.0})
    both = RandomWalk(5, {"PETR4": 37.0, "VALE3": 61.0})
    assert [alone.tick(NOW)[0].price for _ in range(20)] == [both.tick(NOW)[0].price for _ in range(20)]
