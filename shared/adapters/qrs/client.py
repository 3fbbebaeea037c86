"""What the app asks of QRS, in the terms of the domain; fills the port `Qrs`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from shared.adapters.qrs import changes, paths
from shared.adapters.qrs.access_type_info import completed
from shared.adapters.qrs.answers import UnknownPathError, delete_answer
from shared.adapters.qrs.bulk_delete import delete_selected
from shared.adapters.qrs.change_answers import allocate_answer, lost_allocation
from shared.adapters.qrs.connection import QrsConnection, always
from shared.adapters.qrs.fields import Fields
from shared.adapters.qrs.json_body import ListReader, ObjectReader, Row
from shared.adapters.qrs.overview import absent_pools, parse_overview
from shared.adapters.qrs.parsing import (
    app_owner,
    license_reader,
    parse_server_license,
    user_reader,
)
from shared.adapters.qrs.reinstating import reinstate
from shared.adapters.qrs.request_gate import RequestGate
from shared.domain.errors import QrsAnswerError, QrsError
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    LicenseType,
    ServerLicense,
    User,
)
from shared.domain.release import AllocateAnswer, DeleteAnswer

_FILTER_AT_MOST = 200  # users; for more, one list of all users costs QRS less than many filters


class QrsClient:
    """The Qlik Sense Repository Service of one site."""

    def __init__(self, connection: QrsConnection) -> None:
        self._connection = connection

    @property
    def gate(self) -> RequestGate:
        """What all its requests pass."""
        return self._connection.gate

    async def site_version(self) -> str:
        """The build version of the site."""
        about = await self._object(paths.ABOUT, "the description of the site")
        return Fields("the description of the site", about).text("buildVersion")

    async def overview(self) -> AccessTypeOverview:
        """The counts of every kind of access license; old versions tell less, see its `remarks`.

        Where the version lacks the overview or its license pools, accesstypeinfo is asked as well.
        """
        try:
            row = await self._object(paths.OVERVIEW, "the access type overview")
        except UnknownPathError as unknown:
            return await self._old_overview(unknown)
        overview, absent = parse_overview(row), absent_pools(row)
        if not absent:
            return overview
        why = f"the access type overview has nothing on {' and '.join(absent)} access"
        try:
            return completed(overview, await self._access_type_info(), absent, why)
        except QrsError as error:
            remark = f"{why[0].upper()}{why[1:]}, nor could {paths.OLD_OVERVIEW} be read: {error}"
            return replace(overview, remarks=(*overview.remarks, remark))

    async def server_license(self) -> ServerLicense | None:
        """The site license; None on a site that has none."""
        row = await self._connection.read(
            paths.SERVER_LICENSE, lambda: ObjectReader("the site license")
        )
        return parse_server_license(row)

    async def access_licenses(self, license_type: LicenseType) -> list[AccessLicense]:
        """All access licenses of a type that this account may see, in one request."""
        return await self._all(license_type)

    async def access_licenses_by_id(
        self, license_type: LicenseType, ids: Collection[str]
    ) -> dict[str, AccessLicense]:
        """Those of the named licenses that exist, by id in lower case."""
        wanted = frozenset(map(paths.guid, ids))
        return await self._filtered(
            paths.access_licenses(license_type),
            wanted,
            lambda: ListReader(
                f"{license_type} access licenses", license_reader(license_type, wanted)
            ),
        )

    async def users(self, wanted: Collection[str]) -> dict[str, User]:
        """Those of the wanted users (ids) that this account may see, by id in lower case."""
        ids = frozenset(map(paths.guid, wanted))

        def new_reader() -> ListReader[User]:
            return ListReader("users", user_reader(ids))

        if len(ids) <= _FILTER_AT_MOST:
            return await self._filtered(paths.USERS, ids, new_reader)
        return await self._connection.read(paths.USERS, new_reader)

    async def license_of_user(
        self, license_type: LicenseType, user_id: str
    ) -> AccessLicense | None:
        """The license of that type that a user (id) holds; one in force before a quarantined one.

        Filters on an id inside the user are not documented: where QRS refuses one, the whole list
        is read.
        """
        wanted = paths.guid(user_id)
        try:
            rows = await self._all(license_type, f"user.id eq {wanted}")
        except QrsAnswerError:
            rows = await self._all(license_type)
        own = (row for row in rows if row.user and row.user.id == wanted)
        return min(own, key=lambda row: row.quarantined, default=None)

    async def delete_access_license(
        self, license_type: LicenseType, license_id: str, may_send: Callable[[], bool] = always
    ) -> DeleteAnswer:
        """Send DELETE for one license; `LOST` means: read the license before anything else."""
        return await self._connection.change(
            changes.delete_license(license_type, license_id),
            delete_answer,
            lambda _: DeleteAnswer.LOST,
            may_send,
        )

    async def delete_selected(
        self,
        license_type: LicenseType,
        license_ids: Sequence[str],
        may_send: Callable[[], bool] = always,
    ) -> DeleteAnswer:
        """Delete exactly these licenses by a selection; see `bulk_delete`."""
        return await delete_selected(self._connection, license_type, license_ids, may_send)

    async def allocate(self, license_type: LicenseType, user_id: str) -> AllocateAnswer:
        """Give a user (id) a license; `LOST` means: read before anything else."""
        change = changes.allocate(license_type, user_id)
        return await self._connection.change(change, allocate_answer, lost_allocation)

    async def reinstate(self, license_: AccessLicense) -> AllocateAnswer:
        """Take a license out of quarantine for its user; see `reinstating`."""
        return await reinstate(self._connection, license_)

    def clock_difference(self) -> timedelta | None:
        """How far the site's clock is ahead of ours, at least; None before the first answer.

        Zero when the answers fit equal clocks, given their round trips and whole seconds.
        """
        return self._connection.server_clock.difference()

    async def owner_ids(self) -> frozenset[str]:
        """The users (ids, lower case) that own an app, of all apps this account may see."""
        reader = partial(ListReader, "apps", app_owner)
        return frozenset((await self._connection.read(paths.APPS, reader)).values())

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.aclose()

    async def _old_overview(self, unknown: UnknownPathError) -> AccessTypeOverview:
        try:
            row = await self._access_type_info()
        except UnknownPathError:
            raise unknown from None  # neither path: it may not be QRS that answers
        why = f"this Qlik Sense version does not know {paths.OVERVIEW}"
        return completed(AccessTypeOverview(), row, list(LicenseType), why)

    async def _access_type_info(self) -> Row:
        return await self._object(paths.OLD_OVERVIEW, "the access type info")

    async def _all(self, license_type: LicenseType, filter_text: str = "") -> list[AccessLicense]:
        found = await self._connection.read(
            paths.access_licenses(license_type),
            lambda: ListReader(f"{license_type} access licenses", license_reader(license_type)),
            filter_text,
        )
        return list(found.values())

    async def _filtered[T](
        self, path: str, ids: frozenset[str], new_reader: Callable[[], ListReader[T]]
    ) -> dict[str, T]:
        """The rows of these ids, asked for in batches one after the other."""
        found: dict[str, T] = {}
        for filter_text in paths.id_filters(ids):
            found |= await self._connection.read(path, new_reader, filter_text)
        return found

    async def _object(self, path: str, what: str) -> Row:
        row = await self._connection.read(path, lambda: ObjectReader(what))
        if row is None:
            raise QrsAnswerError(f"QRS sent null instead of {what}.")
        return row
