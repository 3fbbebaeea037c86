"""The JSON bodies of apps, with the fields that Qlik documents for them."""

from local.demo_site.bodies import JsonObject, user_condensed
from local.demo_site.dates import written
from local.demo_site.records import OwnedApp


def app_condensed(owned: OwnedApp) -> JsonObject:
    """An app as the plain list shows it: without its owner."""
    return {
        "id": owned.app.id,
        "name": owned.app.name,
        "appId": "",
        "publishTime": written(owned.app.published),
        "published": owned.app.published is not None,
        "stream": None,
        "savedInProductVersion": "14.97.1",
        "migrationHash": "fc7ad8ad2bd2ac6d9e8e55ba4da0e4e9e1c9e0a2",
        "availabilityStatus": 0,
        "privileges": None,
    }


def app_full(owned: OwnedApp) -> JsonObject:
    """An app as /full shows it; `owner` is null when the user was deleted."""
    return app_condensed(owned) | {
        "createdDate": written(owned.app.created),
        "modifiedDate": written(owned.app.created),
        "modifiedByUserName": "" if owned.owner is None else owned.owner.account,
        "customProperties": [],
        "owner": None if owned.owner is None else user_condensed(owned.owner),
        "sourceAppId": "00000000-0000-0000-0000-000000000000",
        "targetAppId": "00000000-0000-0000-0000-000000000000",
        "tags": [],
        "description": "",
        "fileSize": 262144,
        "lastReloadTime": written(owned.app.created),
        "thumbnail": "",
        "dynamicColor": "",
        "schemaPath": "App",
    }
