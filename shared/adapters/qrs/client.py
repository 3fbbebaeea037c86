"""What the app asks of QRS, in the terms of the domain; fills the port `Qrs`."""

from collections.abc import Callable, Collection

from shared.adapters.qrs import paths
from shared.adapters.qrs.connection import QrsConnection
from shared.adapters.qrs.fields import Fields
from shared.adapters.qrs.json_body import ListReader, ObjectReader, Row
from shared.adapters.qrs.parsing import (
    license_reader,
    parse_overview,
    parse_server_license,
    user_reader,
)
from shared.domain.errors import QrsAnswerError
from shared.domain.model import (
    AccessLicense,
    AccessTypeOverview,
    LicenseType,
    ServerLicense,
    User,
)
from shared.domain.release import DeleteAnswer

_FILTER_AT_MOST = 200  # users; for more, one list of all users costs QRS less than many filters


class QrsClient:
    """The Qlik Sense Repository Service of one site."""

    def __init__(self, connection: QrsConnection) -> None:
        self._connection = connection

    async def site_version(self) -> str:
        """The build version of the site."""
        about = await self._object(paths.ABOUT, "the description of the site")
        return Fields("the description of the site", about).text("buildVersion")

    async def overview(self) -> AccessTypeOverview:
        """The counts of every kind of access license."""
        return parse_overview(await self._object(paths.OVERVIEW, "the access type overview"))

    async def server_license(self) -> ServerLicense | None:
        """The site license; None on a site that has none."""
        row = await self._connection.read(
            paths.SERVER_LICENSE, lambda: ObjectReader("the site license")
        )
        return parse_server_license(row)

    async def access_licenses(self, license_type: LicenseType) -> list[AccessLicense]:
        """All access licenses of a type that this account may see, in one request."""
        found = await self._connection.read(
            paths.access_licenses(license_type),
            lambda: ListReader(f"{license_type} access licenses", license_reader(license_type)),
        )
        return list(found.values())

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

    async def delete_access_license(
        self, license_type: LicenseType, license_id: str
    ) -> DeleteAnswer:
        """Send DELETE for one license; `LOST` means: read the license before anything else."""
        return await self._connection.delete(license_type, license_id)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.aclose()

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
