import asyncio
from datetime import UTC, datetime

import pytest
from b3_market_data.quote import Quote
from b3_market_data.recorder import Recorder
from b3_market_data.sinks import QuestDb
from tradingsystem_common.health import CheckFailed

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def batch(number):
    return [Quote("PETR4", NOW, float(number), number)]


class Flaky:
    name = "flaky"

    def __init__(self):
        self.works = True
        self.rows = []

    async def write(self, quotes):
        if not self.works:
            raise OSError("away")
        self.rows += [quote.volume for quote in quotes]

    async def check(self):
        return {}

    async def close(self):
        pass


def test_batches_wait_while_the_sink_is_away_and_follow_in_order():
    async def scenario():
        sink, recorder = Flaky(), None
        recorder = Recorder(sink)
        await recorder.record(batch(1))
        sink.works = False
        await recorder.record(batch(2))
        await recorder.record(batch(3))
        with pytest.raises(CheckFailed):
            await recorder.check()
        sink.works = True
        await recorder.record(batch(4))
        return sink.rows, await recorder.check()

    rows, health = asyncio.run(scenario())
    assert rows == [1, 2, 3, 4]
    assert health == {"written": 4, "waiting": 0, "dropped": 0}


def test_the_backlog_is_bounded_and_says_what_was_lost():
    async def scenario():
        sink = Flaky()
        sink.works = False
        recorder = Recorder(sink, backlog=2)
        for number in range(1, 5):
            await recorder.record(batch(number))
        sink.works = True
        await recorder.record(batch(5))
        return sink.rows, recorder.dropped

    assert asyncio.run(scenario()) == ([4, 5], 3)


def test_questdb_gets_lines_and_is_found_again_after_it_went_away():
    async def scenario():
        received, closers = [], []

        async def accept(reader, writer):
            closers.append(writer)
            while line := await reader.readline():
                received.append(line)

        async def until(condition):
            async with asyncio.timeout(5):
                while not condition():
                    await asyncio.sleep(0.01)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        sink = QuestDb("127.0.0.1", port)
        await sink.write(batch(1))
        await until(lambda: len(received) == 1)
        closers[0].close()
        await asyncio.sleep(0.05)
        await sink.write(batch(2))
        await until(lambda: len(received) == 2)
        details = await sink.check()
        await sink.close()
        server.close()
        return received, details

    received, details = asyncio.run(scenario())
    assert received[0].startswith(b"quotes,ticker=PETR4 price=1.0,volume=1i ")
    assert received[1].startswith(b"quotes,ticker=PETR4 price=2.0,volume=2i ")
    assert details == {"protocol": "ILP/TCP"}


def test_questdb_that_is_not_there_fails_its_check():
    async def scenario():
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        await QuestDb("127.0.0.1", port, limit=1).check()

    with pytest.raises(CheckFailed, match="does not accept rows"):
        asyncio.run(scenario())
