"""The settings of telemetry: what may leave the app with events, traces and metrics."""

from pydantic import Field

from shared.settings.group import Group
from shared.settings.kinds import Switch


class TelemetrySettings(Group):
    """What events, spans and log lines may hold."""

    personal_names: Switch = Field(
        default=False,
        description="Write accounts into events, traces and log lines as they are; without it a "
        "pseudonym stands in their place.",
        examples=["true"],
    )
