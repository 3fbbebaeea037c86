"""Every key of Butler that this import knows, and what becomes of it.

Other keys below the same blocks are told as not carried over. docs/from-butler.md shows this table.
"""

from dataclasses import dataclass
from typing import Final

_RELEASE = "LICENSE_RELEASE__"
_NEVER = "LICENSE_RELEASE__NEVER_RELEASE__"
_INFLUX = ("INFLUXDB__URL",)
_BUCKET = ("INFLUXDB__BUCKET",)
_TOKEN = ("INFLUXDB__TOKEN_SECRET", "INFLUXDB__TOKEN_FILE")
_NOT_LICENSES = "about reload and other tasks, not licenses"
_RETENTION = "how long points are kept is InfluxDB's own setting"
_EITHER = "points are written as soon as InfluxDB is given; there is no switch for each feature"


@dataclass(frozen=True, slots=True)
class ButlerKey:
    """A key and what becomes of it: the settings that carry it over, or the reason why none does.

    `path` stands below `Butler`; `[]` marks the items of a list. What lies below a key that is not
    carried over is not looked at.
    """

    path: str
    settings: tuple[str, ...] = ()
    remark: str = ""


def _secret(name: str) -> tuple[str, str]:
    return (f"{name}_SECRET", f"{name}_FILE")


def _tags(path: str, setting: str) -> tuple[ButlerKey, ...]:
    remark = "" if path.endswith("[].value") else "names that the app sets itself are left out"
    return (
        ButlerKey(f"{path}.tag.static[].name", (setting,), remark),
        ButlerKey(f"{path}.tag.static[].value", (setting,)),
    )


_CONFIG_QRS = (
    ButlerKey("configQRS.host", ("QLIK_SENSE__HOST",)),
    ButlerKey("configQRS.port", ("QLIK_SENSE__PORT",), "Butler 12 to 14 took 4242 in any case"),
    ButlerKey("configQRS.headers.static[].name", ("QLIK_SENSE__USER",), "only `X-Qlik-User`"),
    ButlerKey("configQRS.headers.static[].value", ("QLIK_SENSE__USER",)),
    ButlerKey("configQRS.headerKey", ("QLIK_SENSE__USER",), "older form; only `X-Qlik-User`"),
    ButlerKey("configQRS.headerValue", ("QLIK_SENSE__USER",)),
    ButlerKey("configQRS.authentication", remark="certificates are the way in"),
    ButlerKey("configQRS.useSSL", remark="the connection is always TLS"),
    ButlerKey("configQRS.rejectUnauthorized", remark="the server is always verified"),
)
_CERT = (
    ButlerKey("cert.clientCert", _secret("QLIK_SENSE__CLIENT_CERTIFICATE")),
    ButlerKey("cert.clientCertKey", _secret("QLIK_SENSE__CLIENT_KEY")),
    ButlerKey("cert.clientCertCA", _secret("QLIK_SENSE__ROOT_CERTIFICATE")),
)
_INFLUXDB = (
    ButlerKey("influxDb.enable", _INFLUX, "false: no InfluxDB"),
    ButlerKey("influxDb.hostIP", _INFLUX, "`http://`, as Butler reaches it"),
    ButlerKey("influxDb.hostPort", _INFLUX),
    ButlerKey("influxDb.version", _BUCKET, "1, 2 or 3; 1 when missing"),
    *(
        each
        for at in ("influxDb", "influxDb.v1Config")
        for each in (
            ButlerKey(f"{at}.auth.enable", _TOKEN),
            ButlerKey(f"{at}.auth.username", _TOKEN, "goes into the token by hand"),
            ButlerKey(f"{at}.auth.password", _TOKEN, "never copied; goes into the token by hand"),
            ButlerKey(f"{at}.dbName", _BUCKET, "its default retention policy, as in Butler"),
            ButlerKey(f"{at}.retentionPolicy", remark=_RETENTION),
        )
    ),
    ButlerKey("influxDb.v2Config.org", ("INFLUXDB__ORG",)),
    ButlerKey("influxDb.v2Config.bucket", _BUCKET),
    ButlerKey("influxDb.v2Config.token", _TOKEN, "never copied"),
    ButlerKey("influxDb.v2Config.description", remark="only a remark"),
    ButlerKey("influxDb.v2Config.retentionDuration", remark=_RETENTION),
    ButlerKey("influxDb.v3Config.database", _BUCKET),
    ButlerKey("influxDb.v3Config.token", _TOKEN, "never copied"),
    ButlerKey("influxDb.v3Config.description", remark="only a remark"),
    ButlerKey("influxDb.v3Config.retentionDuration", remark=_RETENTION),
    ButlerKey("influxDb.v3Config.writeTimeout", remark="the app has a limit of its own"),
    ButlerKey("influxDb.v3Config.queryTimeout", remark="the app never queries InfluxDB"),
    *_tags("influxDb", "STATIC_TAGS"),
    *(
        ButlerKey(f"influxDb.{task}", remark=_NOT_LICENSES)
        for task in (
            "reloadTaskFailure",
            "reloadTaskSuccess",
            "userSyncTaskSuccess",
            "externalProgramTaskSuccess",
            "externalProgramTaskFailure",
            "distributeTaskSuccess",
            "distributeTaskFailure",
            "preloadTaskSuccess",
        )
    ),
)
_MONITOR = (
    ButlerKey("qlikSenseLicense.licenseMonitor.enable", ("LICENSE_MONITOR__ENABLED",)),
    ButlerKey("qlikSenseLicense.licenseMonitor.frequency", ("USAGE_SCHEDULE",)),
    ButlerKey("qlikSenseLicense.licenseMonitor.destination.influxDb.enable", _INFLUX, _EITHER),
    *_tags("qlikSenseLicense.licenseMonitor.destination.influxDb", "LICENSE_MONITOR__STATIC_TAGS"),
    ButlerKey(
        "qlikSenseLicense.serverLicenseMonitor.enable",
        ("LICENSE_MONITOR__ENABLED",),
        "read at each collection of usage",
    ),
    ButlerKey(
        "qlikSenseLicense.serverLicenseMonitor.frequency",
        remark="read at each collection of usage, by `USAGE_SCHEDULE`",
    ),
    ButlerKey(
        "qlikSenseLicense.serverLicenseMonitor.alert.thresholdDays",
        ("EARLY_WARNING__SERVER_LICENSE_DAYS",),
    ),
    ButlerKey(
        "qlikSenseLicense.serverLicenseMonitor.destination.influxDb.enable", _INFLUX, _EITHER
    ),
    ButlerKey(
        "qlikSenseLicense.serverLicenseMonitor.destination.influxDb.tag",
        remark="its points have the tags of the usage points",
    ),
    ButlerKey(
        "qlikSenseLicense.serverLicenseMonitor.destination.mqtt",
        remark="alerts go through Azure Monitor; nothing is sent to MQTT",
    ),
    ButlerKey(
        "qlikSenseLicense.serverLicenseMonitor.destination.webhook",
        remark="alerts go through Azure Monitor, which has webhooks of its own",
    ),
)


def _release(path: str, settings: tuple[str, ...], remark: str = "") -> ButlerKey:
    return ButlerKey(f"qlikSenseLicense.licenseRelease.{path}", settings, remark)


_LICENSE_RELEASE = (
    _release("enable", (_RELEASE + "ENABLED",), "plans are made; releasing takes two switches"),
    _release("dryRun", (_RELEASE + "DRY_RUN",), "always true after an import"),
    _release("frequency", ("RELEASE_SCHEDULE",)),
    _release("neverRelease.user[].userDir", (_NEVER + "USERS",)),
    _release("neverRelease.user[].userId", (_NEVER + "USERS",)),
    _release("neverRelease.tag", (_NEVER + "TAGS",)),
    _release("neverRelease.customProperty[].name", (_NEVER + "CUSTOM_PROPERTIES",)),
    _release("neverRelease.customProperty[].value", (_NEVER + "CUSTOM_PROPERTIES",)),
    _release("neverRelease.userDirectory", (_NEVER + "USER_DIRECTORIES",)),
    _release("neverRelease.inactive", (_NEVER + "INACTIVE",)),
    _release("neverRelease.blocked", (_NEVER + "BLOCKED",)),
    _release("neverRelease.removedExternally", (_NEVER + "REMOVED_EXTERNALLY",)),
    *(
        each
        for kind in ("analyzer", "professional")
        for each in (
            _release(f"licenseType.{kind}.enable", (f"{_RELEASE}{kind.upper()}__ENABLED",)),
            _release(
                f"licenseType.{kind}.releaseThresholdDays",
                (f"{_RELEASE}{kind.upper()}__THRESHOLD_DAYS",),
            ),
        )
    ),
    _release("destination.influxDb.enable", _INFLUX, _EITHER),
    *_tags("qlikSenseLicense.licenseRelease.destination.influxDb", "LICENSE_RELEASE__STATIC_TAGS"),
)

BUTLER_KEYS: Final = (*_CONFIG_QRS, *_CERT, *_INFLUXDB, *_MONITOR, *_LICENSE_RELEASE)
BLOCKS: Final = ("configQRS", "cert", "influxDb", "qlikSenseLicense")
