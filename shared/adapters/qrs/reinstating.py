"""Ending a quarantine: the record is read, and put back with `quarantined` false (QRS fact 4).

Nobody documents this way; that QRS takes it, refuses it, or takes it without effect are all
possible, and only reading the license again tells.
"""

from shared.adapters.qrs import changes, paths
from shared.adapters.qrs.change_answers import allocate_answer, lost_allocation
from shared.adapters.qrs.connection import QrsConnection
from shared.adapters.qrs.json_body import ListReader, Row
from shared.adapters.qrs.parsing import license_reader
from shared.domain.model import AccessLicense, LicenseType
from shared.domain.release import AllocateAnswer, AllocateKind


async def reinstate(connection: QrsConnection, license_: AccessLicense) -> AllocateAnswer:
    """Take a license out of quarantine, if it still is, and still the same user's.

    The record goes back with the modifiedDate that was just read, so a change in between makes QRS
    refuse (409).
    """
    row = await _record(connection, license_.license_type, paths.guid(license_.id))
    if row is None:
        return _refused("It is gone: its quarantine ended, or somebody removed it.")
    found = license_reader(license_.license_type)(paths.guid(license_.id), row)
    if found is None or not found.quarantined:
        return _refused("It is not in quarantine.")
    if found.user is None or license_.user is None or found.user.id != license_.user.id.lower():
        return _refused("The user whom it was taken from is deleted, or it is another user's now.")
    return await connection.change(
        changes.replace_license(license_.license_type, license_.id, {**row, "quarantined": False}),
        allocate_answer,
        lost_allocation,
    )


async def _record(
    connection: QrsConnection, license_type: LicenseType, license_id: str
) -> Row | None:
    """The whole record as QRS sends it; by a filter, which tells "gone" from a wrong path."""
    found = await connection.read(
        paths.access_licenses(license_type),
        lambda: ListReader(
            f"{license_type} access licenses",
            lambda row_id, row: row if row_id == license_id else None,
        ),
        f"id eq {license_id}",
    )
    return found.get(license_id)


def _refused(detail: str) -> AllocateAnswer:
    return AllocateAnswer(AllocateKind.REFUSED, detail)
