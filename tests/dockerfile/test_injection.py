from bakehouse.dockerfile.injection import inject
from bakehouse.dockerfile.parser import parse

FLAG = "--mount=type=secret,id=ca"


def injected(text: bytes, *, flags=(FLAG,), args=None, drop=False):
    return inject(parse(text), run_flags=flags, stage_args={"A": "1"} if args is None else args, drop_syntax=drop)


def test_every_run_gets_the_flag_and_every_stage_that_runs_the_argument():
    text = b'FROM x AS a\nCOPY . .\nFROM y\n# why\nRUN --mount=type=cache,target=/c one && \\\n    two\nrun ["three"]\n'
    done = injected(text)
    assert done.data == (
        b"FROM x AS a\nCOPY . .\nFROM y\nARG A=1\n# why\n"
        b"RUN --mount=type=secret,id=ca --mount=type=cache,target=/c one && \\\n    two\n"
        b'run --mount=type=secret,id=ca ["three"]\n'
    )
    assert done.line_map == (1, 2, 3, 4, 4, 5, 6, 7)


def test_heredocs_and_line_ends_stay():
    text = b"FROM x\r\nRUN <<EOF\r\nRUN no\r\nEOF\r\nONBUILD RUN later\r\n"
    done = injected(text)
    assert (
        done.data
        == b"FROM x\r\nARG A=1\r\nRUN --mount=type=secret,id=ca <<EOF\r\nRUN no\r\nEOF\r\nONBUILD RUN later\r\n"
    )


def test_the_frontend_line_goes_and_lines_still_map():
    text = b"# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nRUN a `\n b"
    done = injected(text, flags=(), args={}, drop=True)
    assert done.data == b"# escape=`\nFROM x\nRUN a `\n b"
    assert done.line_map == (2, 3, 4, 5)


def test_nothing_asked_nothing_changed():
    text = b"# syntax=x\nFROM x\nRUN y"
    assert injected(text, flags=(), args={}).data == text
