"""The name of a process, by which its neighbours know that it ended."""

import asyncio
import sys

import pytest

from shared.adapters.instance_name import has_ended, new_instance_name

SAY_THE_NAME = """
import sys
from shared.adapters.instance_name import new_instance_name
print(new_instance_name(), flush=True)
sys.stdin.read()
"""


def test_each_name_is_another_one() -> None:
    """A process may open its connections twice."""
    names = {new_instance_name() for _ in range(3)}
    assert len(names) == 3
    assert not any(map(has_ended, names))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the lease must do")
async def test_a_neighbour_that_was_killed_is_known_to_have_ended() -> None:
    """And not a moment before."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SAY_THE_NAME, stdin=pipe, stdout=pipe
    )
    assert process.stdout
    name = (await process.stdout.readline()).decode().strip()
    assert not has_ended(name)
    process.kill()
    await process.communicate()
    assert has_ended(name)
    elsewhere = f"0123456789abcdef/{name.partition('/')[2]}"
    assert not has_ended(elsewhere)


@pytest.mark.parametrize("name", ["", "/", "//", "/1/a", "a", "x/y/z", "a" * 16 + "/1/"])
def test_of_what_is_no_name_of_this_machine_nothing_is_known(name: str) -> None:
    """In doubt it has not ended."""
    assert not has_ended(name)


@pytest.mark.parametrize("process", ["", "one", "-1", "²", "9" * 30])
def test_rubbish_after_the_machine_is_no_process(process: str) -> None:
    """Whatever somebody writes into the table."""
    machine = new_instance_name().partition("/")[0]
    assert not has_ended(f"{machine}/{process}/a")
