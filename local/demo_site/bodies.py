"""The JSON bodies of QRS, field by field as in its OpenAPI document and recorded answers."""

from local.demo_site.dates import written
from local.demo_site.license_pool import Counts
from local.demo_site.records import (
    AccessLicense,
    HeldLicense,
    LicenseType,
    PropertyDefinition,
    PropertyValue,
    Tag,
    User,
)

type JsonObject = dict[str, object]

ABOUT: JsonObject = {
    "buildVersion": "38.22.0.0",
    "buildDate": "12/8/2022 12:43:37 PM",
    "databaseProvider": "Devart.Data.PostgreSql",
    "nodeType": 1,
    "sharedPersistence": True,
    "requiresBootstrap": False,
    "singleNodeOnly": False,
    "schemaPath": "About",
}

OVERVIEW_POOLS = ("professionalAccess", "analyzerAccess")


def user_condensed(user: User) -> JsonObject:
    """A user as lists of users and license records show it."""
    return {
        "id": user.id,
        "userId": user.user_id,
        "userDirectory": user.directory,
        "userDirectoryConnectorName": user.directory,
        "name": user.name,
        "privileges": None,
    }


def user_full(user: User) -> JsonObject:
    """A user with tags, custom properties, roles and attributes."""
    return {
        "id": user.id,
        "createdDate": written(user.created),
        "modifiedDate": written(user.modified),
        "modifiedByUserName": user.modified_by,
        "customProperties": [_property(value) for value in user.properties],
        "userId": user.user_id,
        "userDirectory": user.directory,
        "userDirectoryConnectorName": user.directory,
        "name": user.name,
        "roles": list(user.roles),
        "attributes": [_group(user, number) for number in range(len(user.groups))],
        "inactive": user.inactive,
        "removedExternally": user.removed_externally,
        "blacklisted": user.blacklisted,
        "deleteProhibited": user.directory == "INTERNAL",
        "tags": [tag_condensed(tag) for tag in user.tags],
        "favorites": [],
        "privileges": None,
        "schemaPath": "User",
    }


def tag_condensed(tag: Tag) -> JsonObject:
    """A tag as its bearers show it."""
    return {"id": tag.id, "name": tag.name, "privileges": None}


def definition_condensed(definition: PropertyDefinition) -> JsonObject:
    """A custom property as its values show it."""
    return {
        "id": definition.id,
        "name": definition.name,
        "valueType": "Text",
        "choiceValues": list(definition.choices),
        "privileges": None,
    }


def license_condensed(held: HeldLicense) -> JsonObject:
    """A license as the plain list shows it: no user, no dates (QRS fact 2c)."""
    return {"id": held.license.id, "privileges": None}


def license_full(held: HeldLicense) -> JsonObject:
    """A license as /full and /{id} show it; `user` is null when the user was deleted."""
    record: AccessLicense = held.license
    return {
        "id": record.id,
        "createdDate": written(record.created),
        "modifiedDate": written(record.modified),
        "modifiedByUserName": record.modified_by,
        "user": None if held.user is None else user_condensed(held.user),
        "lastUsed": written(record.last_used),
        "excess": record.excess,
        "quarantined": record.quarantined,
        "quarantineEnd": written(record.quarantine_end),
        "deletedUserId": record.deleted_user_id,
        "deletedUserDirectory": record.deleted_user_directory,
        "privileges": None,
        "schemaPath": record.type.schema_path,
    }


def overview(
    counts: dict[LicenseType, Counts], used: dict[LicenseType, int], *, excess_in_allocated: bool
) -> JsonObject:
    """GET /license/accesstypeoverview of a site without tokens."""

    def details(license_type: LicenseType) -> JsonObject:
        count = counts[license_type]
        return {
            "enabled": count.total > 0,
            "total": count.total,
            "allocated": count.held - (0 if excess_in_allocated else count.excess),
            "used": used[license_type],
            "quarantined": count.quarantined,
            "excess": count.excess,
            "available": count.available,
            "schemaPath": "AccessTypeOverview.Details",
        }

    return {
        "totalTokens": 0,
        "availableTokens": 0,
        "tokensEnabled": False,
        "userAccess": {
            "enabled": False,
            "tokenCost": 1,
            "allocatedTokens": 0,
            "usedTokens": 0,
            "quarantinedTokens": 0,
            "schemaPath": "AccessTypeOverview.UserAccessDetails",
        },
        "loginAccess": {
            "enabled": False,
            "tokenCost": 0.1,
            "allocatedTokens": 0,
            "usedTokens": 0,
            "unavailableTokens": 0,
            "schemaPath": "AccessTypeOverview.LoginAccessDetails",
        },
        "professionalAccess": details(LicenseType.PROFESSIONAL),
        "analyzerAccess": details(LicenseType.ANALYZER),
        "analyzerTimeAccess": {
            "enabled": True,
            "allocatedMinutes": 700,
            "usedMinutes": 0,
            "unavailableMinutes": 0,
            "schemaPath": "AccessTypeOverview.AnalyzerTimeAccessDetails",
        },
        "schemaPath": "AccessTypeOverview",
    }


def access_type_info(counts: dict[LicenseType, Counts]) -> JsonObject:
    """GET /license/accesstypeinfo, the older and deprecated form of the overview."""

    def details(license_type: LicenseType) -> JsonObject:
        count = counts[license_type]
        return {
            "tokenCost": 1,
            "allocatedTokens": count.held,
            "usedTokens": 0,
            "quarantinedTokens": count.quarantined,
        }

    nothing = {"tokenCost": 1, "allocatedTokens": 0, "usedTokens": 0}
    return {
        "totalTokens": 0,
        "availableTokens": 0,
        "professionalAccessType": details(LicenseType.PROFESSIONAL),
        "userAccessType": nothing | {"quarantinedTokens": 0},
        "loginAccessType": nothing | {"unavailableTokens": 0},
        "analyzerAccessType": details(LicenseType.ANALYZER),
        "schemaPath": "AccessTypesInfo",
    }


def _property(value: PropertyValue) -> JsonObject:
    created = written(value.created)
    return {
        "id": value.id,
        "createdDate": created,
        "modifiedDate": created,
        "modifiedByUserName": "INTERNAL\\sa_repository",
        "value": value.value,
        "definition": definition_condensed(value.definition),
        "schemaPath": "CustomPropertyValue",
    }


def _group(user: User, number: int) -> JsonObject:
    created = written(user.created)
    # Derived from the user's id: a group needs an id of its own, and the same one next time.
    return {
        "id": f"{user.id[:-4]}{number:04x}",
        "createdDate": created,
        "modifiedDate": created,
        "modifiedByUserName": user.modified_by,
        "attributeType": "group",
        "attributeValue": user.groups[number],
        "externalId": "",
        "schemaPath": "UserAttribute",
    }
