"""GET /qrs/license in its forms: signed key, LEF, expired, none."""

from datetime import date, datetime

from local.demo_site.bodies import JsonObject
from local.demo_site.dates import written

_ID = "7c075f87-d391-4988-af73-79296425f0a1"
_SERIAL = "0000 6500 7751 6278"


def signed_key_license(
    *, installed: datetime, valid_to: date, professional: int, analyzer: int, expired: bool = False
) -> JsonObject:
    """A site on a signed license key; keyDetails as on Qlik's help page (QRS fact 2b)."""
    key_details = (
        f"isBlackListed: False\nLicense Number: {_SERIAL}\n"
        "Valid From: 0001-01-01  12:00:00 AM\n"
        f"Valid To: {valid_to.isoformat()}  12:00:00 AM\n"
        f"Allotment professional:{professional};\nAllotment analyzer:{analyzer};\n"
        "Allotment analyzer_time:10000;\nAllotment sapconnector:1;\n"
    )
    # The key is no real one, but has the look of one, to be found in a log where it leaked.
    return _license(installed, expired=expired) | {
        "serial": _SERIAL,
        "key": "eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.ZGVtbyBzaXRl.c2lnbmF0dXJl",
        "keyDetails": key_details,
    }


def lef_license(*, installed: datetime, valid_to: date | None, expired: bool = False) -> JsonObject:
    """A site on serial and control number: no key, the expiry is in the LEF.

    The LEF lines follow public examples (`TIMELIMIT;;;date`), all else of it is unknown.
    """
    lines = [_SERIAL, "Qlik Sense Enterprise;;;", "PRODUCTLEVEL;50;;2030-01-30", "TOKENS;100;;"]
    if valid_to is not None:
        lines.append(f"TIMELIMIT;;;{valid_to.isoformat()}")
    return _license(installed, expired=expired) | {
        "serial": _SERIAL,
        "check": "12345",
        "lef": "\r\n".join([*lines, "DEMO-0000-SITE-0000"]),
        "name": "Demo",
        "organization": "Demo site",
    }


def _license(installed: datetime, *, expired: bool) -> JsonObject:
    return {
        "id": _ID,
        "createdDate": written(installed),
        "modifiedDate": written(installed),
        "modifiedByUserName": "INTERNAL\\sa_repository",
        "lef": "",
        "serial": "",
        "check": "",
        "key": "",
        "keyDetails": "",
        "name": "",
        "organization": "",
        "product": 2,
        "numberOfCores": -1,
        "isExpired": expired,
        "expiredReason": "The license has expired" if expired else "",
        "isBlacklisted": False,
        "isInvalid": False,
        "isSubscription": True,
        "isCloudServices": False,
        "isElastic": False,
        "updated": written(installed),
        "privileges": None,
        "schemaPath": "License",
    }
