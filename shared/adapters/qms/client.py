"""What the app asks of QMS, in the terms of the domain; fills the port `Qms`."""

from shared.adapters.qms.answers import MissingRightsError
from shared.adapters.qms.connection import QmsConnection
from shared.adapters.qms.operations import clear_cal_cache, get_cal_configuration, get_servers
from shared.adapters.qms.soap_faults import FaultAnswerError
from shared.domain.leases.model import CalConfiguration, QlikViewServer


class QmsClient:
    """The QlikView Management Service of one site."""

    def __init__(self, connection: QmsConnection) -> None:
        self._connection = connection

    async def servers(self) -> list[QlikViewServer]:
        """The QlikView Servers of the service."""
        return list((await self._connection.ask(get_servers())).servers)

    async def forget_cached_cals(self) -> str:
        """Have the service read CALs anew; returns why it would not, or an empty text.

        Without the right to this, what is read may be a little old (QMS fact 1.10).
        """
        try:
            await self._connection.ask(clear_cal_cache())
        except (MissingRightsError, FaultAnswerError) as error:
            return str(error)
        return ""

    async def cal_configuration(self, server: QlikViewServer) -> CalConfiguration:
        """The named CALs and the leases of a server."""
        return await self._connection.ask(get_cal_configuration(server))

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.aclose()
