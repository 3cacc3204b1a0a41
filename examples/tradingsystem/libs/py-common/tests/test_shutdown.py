import asyncio
import time

from tradingsystem_common.shutdown import Background


def test_a_task_that_does_not_listen_is_cancelled_after_the_grace_time():
    ended = []

    async def deaf():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def scenario():
        background = Background(grace=0.05)
        background.start("deaf", deaf())
        await asyncio.sleep(0)
        await background.stop()

    asyncio.run(scenario())
    assert ended == ["cancelled"]


def test_a_pause_ends_at_once_when_stopping():
    async def scenario():
        background = Background()
        results = []

        async def work():
            results.append(await background.pause(30))

        background.start("work", work())
        await asyncio.sleep(0)
        started = time.monotonic()
        await background.stop()
        return results, time.monotonic() - started

    results, seconds = asyncio.run(scenario())
    assert results == [False]
    assert seconds < 5


def test_a_failing_task_does_not_stop_the_others():
    async def scenario():
        background = Background()

        async def bad():
            raise RuntimeError("no")

        ticks = []

        async def good():
            while await background.pause(0.01):
                ticks.append(1)

        background.start("bad", bad())
        background.start("good", good())
        await asyncio.sleep(0.1)
        await background.stop()
        return ticks

    assert len(asyncio.run(scenario())) >= 2
