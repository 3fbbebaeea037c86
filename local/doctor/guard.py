"""Keeps checks apart: one that fails, hangs or breaks does not stop the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from local.doctor.result import Result, failed
from shared.domain.errors import StewardError

type Check = Callable[[], Awaitable[Sequence[Result]]]


async def guarded(name: str, check: Check, seconds: float) -> list[Result]:
    """The check's results; one failed result when it could not come to any.

    Args:
        name: of the check, for that result.
        check: does it.
        seconds: how long it may take.
    """
    try:
        async with asyncio.timeout(seconds):
            return list(await check())
    except StewardError as error:  # its sentence says what to do
        return [failed(name, str(error))]
    except TimeoutError:
        return [
            failed(
                name,
                f"There was no answer within {seconds:g} seconds: look whether the address is"
                " right, and whether a firewall on the way drops what is sent.",
            )
        ]
    except Exception as error:  # noqa: BLE001 - the other checks must go on; it is told here
        # Its text may quote anything, a secret too: only its kind is told.
        kind = type(error).__name__
        return [failed(name, f"The check itself broke ({kind}). Please report this as a fault.")]
