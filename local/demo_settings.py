"""App settings of the demo: the policy of the seed document against the demo site."""

import json
from pathlib import Path

from local.demo_site.site import DemoSite

# Butler's sample policy, as app settings (seed document 000).
SEED_POLICY = {
    "LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS": "30",
    "LICENSE_RELEASE__PROFESSIONAL__THRESHOLD_DAYS": "30",
    "LICENSE_RELEASE__NEVER_RELEASE__USERS": json.dumps(
        ["INTERNAL\\sa_repository", "INTERNAL\\sa_api", "USERDIR\\qs_admin_account"]
    ),
    "LICENSE_RELEASE__NEVER_RELEASE__TAGS": json.dumps(
        ["License do not release", "some other tag"]
    ),
    "LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES": json.dumps(
        [{"name": "LicenseManage", "value": "do-not-release"}]
    ),
    "LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES": json.dumps(["INTERNAL", "ADMIN"]),
    "STATIC_TAGS": json.dumps({"foo": "bar"}),
}


def site_settings(site: DemoSite) -> dict[str, str]:
    """How to reach a demo site, as an operator would write it."""
    return {
        "QLIK_SENSE__HOST": site.host,
        "QLIK_SENSE__PORT": str(site.port),
        "QLIK_SENSE__USER": "INTERNAL\\sa_api",
        "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": str(site.certificates.client),
        "QLIK_SENSE__CLIENT_KEY_FILE": str(site.certificates.client_key),
        "QLIK_SENSE__ROOT_CERTIFICATE_FILE": str(site.certificates.root),
    }


def demo_settings(site: DemoSite, points_file: Path) -> dict[str, str]:
    """Everything for a demo that really releases, on the demo site only."""
    return {
        "SITE_NAME": "demo",
        **site_settings(site),
        **SEED_POLICY,
        "LICENSE_RELEASE__ENABLED": "true",
        "LICENSE_RELEASE__DRY_RUN": "false",
        "LICENSE_RELEASE__CONFIRM_SITE": "demo",
        "STEWARD_POINTS_FILE": str(points_file),
    }
