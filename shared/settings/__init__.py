"""App settings: texts in, typed and validated settings out; every error names its setting."""

from shared.domain.secret_sources import KeyVaultSecret, SecretFile, SecretSource
from shared.settings.connections import InfluxDbSettings, WebhookSettings
from shared.settings.loading import load_settings
from shared.settings.model import Settings
from shared.settings.monitor import EarlyWarningSettings, LicenseMonitorSettings
from shared.settings.qlik_sense import QlikSenseSettings
from shared.settings.qlikview import LeaseSettings, QlikViewSettings
from shared.settings.reference import SETTING_REFERENCE, SettingInfo
from shared.settings.release import (
    LicenseReleaseSettings,
    LicenseTypeSettings,
    NeverReleaseSettings,
)
from shared.settings.storage import StorageSettings, load_storage_settings
from shared.settings.telemetry import TelemetrySettings

__all__ = [
    "SETTING_REFERENCE",
    "EarlyWarningSettings",
    "InfluxDbSettings",
    "KeyVaultSecret",
    "LeaseSettings",
    "LicenseMonitorSettings",
    "LicenseReleaseSettings",
    "LicenseTypeSettings",
    "NeverReleaseSettings",
    "QlikSenseSettings",
    "QlikViewSettings",
    "SecretFile",
    "SecretSource",
    "SettingInfo",
    "Settings",
    "StorageSettings",
    "TelemetrySettings",
    "WebhookSettings",
    "load_settings",
    "load_storage_settings",
]
