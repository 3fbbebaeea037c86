"""All app settings of the app, typed and frozen."""

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.settings.connections import InfluxDbSettings, WebhookSettings
from shared.settings.kinds import Schedule, SiteName, StaticTags, VaultUrl
from shared.settings.monitor import EarlyWarningSettings, LicenseMonitorSettings
from shared.settings.qlik_sense import QlikSenseSettings
from shared.settings.qlikview import LeaseSettings, QlikViewSettings
from shared.settings.release import LicenseReleaseSettings
from shared.settings.telemetry import TelemetrySettings

_QUARANTINE_DAYS = 7


class Settings(BaseSettings):
    """Every app setting but the storage connection; `load_settings` makes it.

    It never reads the environment by itself: what it knows was handed in.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_nested_delimiter="__",
        enable_decoding=False,  # our own parsers read JSON, so that all errors come at once
    )

    site_name: SiteName = Field(
        description="Names the Qlik site in every point, log line, message and record.",
        examples=["Production"],
    )
    usage_schedule: Schedule = Field(
        "0 0 */6 * * *", description="When usage is collected.", examples=["0 0 * * * *"]
    )
    release_schedule: Schedule = Field(
        "0 30 2 * * *", description="When releases are planned.", examples=["0 0 3 * * 0"]
    )
    lease_schedule: Schedule = Field(
        "0 15 * * * *", description="When QlikView leases are read.", examples=["0 */30 * * * *"]
    )
    key_vault_url: VaultUrl | None = Field(
        None,
        description="The Key Vault that holds the secrets; required as soon as a `*_SECRET` "
        "setting is used.",
        examples=["https://my-vault.vault.azure.net"],
    )
    static_tags: StaticTags = Field(
        default_factory=dict,
        description="Tags that are added to every point.",
        examples=['{"environment":"production"}'],
    )
    qlik_sense: QlikSenseSettings
    influxdb: InfluxDbSettings | None = None
    license_monitor: LicenseMonitorSettings = Field(default_factory=LicenseMonitorSettings)
    early_warning: EarlyWarningSettings = Field(default_factory=EarlyWarningSettings)
    license_release: LicenseReleaseSettings = Field(default_factory=LicenseReleaseSettings)
    webhook: WebhookSettings | None = None
    qlikview: QlikViewSettings | None = None
    leases: LeaseSettings = Field(default_factory=LeaseSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - names given by pydantic-settings
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in: neither the environment nor files are read."""
        return (init_settings,)

    def monitor_tags(self) -> dict[str, str]:
        """The static tags of usage points."""
        return {**self.static_tags, **self.license_monitor.static_tags}

    def release_tags(self) -> dict[str, str]:
        """The static tags of release points."""
        return {**self.static_tags, **self.license_release.static_tags}

    def lease_tags(self) -> dict[str, str]:
        """The static tags of QlikView points."""
        return {**self.static_tags, **self.leases.static_tags}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed and probably not meant, one sentence each, naming its setting."""
        release = self.license_release
        return tuple(
            f"LICENSE_RELEASE__{name}__THRESHOLD_DAYS is {kind.threshold_days}: releasing what was "
            f"used less than {_QUARANTINE_DAYS} days ago only puts it into quarantine, it is not "
            "free any sooner."
            for name, kind in (
                ("ANALYZER", release.analyzer),
                ("PROFESSIONAL", release.professional),
            )
            if kind.enabled and kind.threshold_days < _QUARANTINE_DAYS
        )
