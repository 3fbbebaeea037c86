"""Deleting many access licenses at once, by a selection of exactly these (QRS fact 2e).

Three requests: make the selection, delete what it refers to, delete the selection. What it holds
is compared with what was asked for before anything is deleted.
"""

import asyncio
import logging
from collections.abc import Callable, Collection

from shared.adapters.qrs import changes
from shared.adapters.qrs.change_answers import (
    forget_answer,
    no_selection,
    selected_delete_answer,
    selection_answer,
)
from shared.adapters.qrs.connection import QrsConnection, always
from shared.adapters.qrs.paths import guid
from shared.domain.errors import QrsError
from shared.domain.model import LicenseType
from shared.domain.release import DeleteAnswer

_LOG = logging.getLogger("steward.qrs")


async def delete_selected(
    connection: QrsConnection,
    license_type: LicenseType,
    license_ids: Collection[str],
    may_send: Callable[[], bool] = always,
    clean_up_seconds: float = 15.0,
) -> DeleteAnswer:
    """Delete the licenses with these ids; ACCEPTED and LOST both leave it to reading which went.

    `may_send` is asked once more before the licenses are deleted, see `QrsConnection.change`.
    Deleting the selection afterwards takes `clean_up_seconds` at most: tidiness must not hold up
    the work.

    Raises:
        ValueError: no id is given, or one is no GUID; nothing was sent.
        HeldBackError: `may_send` said no; only the selection was made, and deleted.
        QrsError: QRS refused, or the selection is another than the one asked for.
    """
    wanted = sorted(set(map(guid, license_ids)))
    selection = await connection.change(
        changes.select(license_type, wanted), selection_answer, no_selection
    )
    try:
        selection.confirm(license_type, wanted)
        return await connection.change(
            changes.delete_selected(license_type, selection.id),
            selected_delete_answer,
            lambda _: DeleteAnswer.LOST,
            may_send,
        )
    finally:
        await _forget(connection, selection.id, clean_up_seconds)


async def _forget(connection: QrsConnection, selection_id: str, at_most: float) -> None:
    """Delete the selection; that it stays behind does no harm, and changes no result."""
    change = changes.forget_selection(selection_id)
    try:
        async with asyncio.timeout(at_most):
            problem = await connection.change(change, forget_answer, str)
    except (QrsError, TimeoutError) as error:
        problem = str(error) or f"no answer within {at_most:.0f} s"
    if problem:
        _LOG.warning(
            "Selection %s may stay behind in Qlik Sense, which does no harm: %s",
            selection_id,
            problem,
        )
