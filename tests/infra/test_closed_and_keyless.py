"""What a reviewer asks first: no keys, nothing open by surprise, nothing lost for good."""

import re
from pathlib import Path

import pytest

from tests.infra.bicep import (
    FILES,
    MAIN,
    Node,
    at,
    code,
    every_resource,
    module,
    read,
    resource,
    resources,
    table,
)
from tests.infra.rendering import defaults

KEYS = (
    "listkeys(",
    "listsecrets(",
    "listaccountsas",
    "accountkey",
    "sharedaccess",
    "defaultendpointsprotocol",
    "primarykey",
    "instrumentationkey",
    "@secure",
    "getsecret(",
)


def conditional(condition: str, yes: str, no: str) -> Node:
    """The tree of `condition ? yes : no`."""
    operands: Node = {"condition": condition, "true_value": yes, "false_value": no}
    return {"operator": {"type": "conditional", "operands": operands}}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_key_is_read_or_taken(path: Path) -> None:
    """Neither keys of services nor secrets as parameters: identities only."""
    text = code(path).lower()
    assert [word for word in KEYS if word in text] == []


def test_storage_takes_no_shared_keys_and_no_anonymous_reads() -> None:
    """TLS 1.2 at least, https only."""
    properties = at(resource("storage", "storage"), "properties")
    for name, expected in {
        "allowSharedKeyAccess": False,
        "allowBlobPublicAccess": False,
        "allowCrossTenantReplication": False,
        "defaultToOAuthAuthentication": True,
        "supportsHttpsTrafficOnly": True,
        "minimumTlsVersion": "TLS1_2",
    }.items():
        assert at(properties, name) == expected, name
    assert at(resource("storage", "packages"), "properties", "publicAccess") == "None"


def test_storage_and_vault_are_closed_when_private() -> None:
    """And nothing of Azure gets around it."""
    storage = at(resource("storage", "storage"), "properties")
    assert at(storage, "publicNetworkAccess") == conditional("private", "Disabled", "Enabled")
    for properties in (storage, at(resource("key-vault", "vault"), "properties")):
        acls = at(properties, "networkAcls")
        assert at(acls, "defaultAction") == conditional("private", "Deny", "Allow")
        assert at(acls, "bypass") == "None"
    text = code(MAIN.parent / "modules/key-vault.bicep")
    assert "(private && empty(operatorIpAddresses)) ? 'Disabled' : 'Enabled'" in text


def test_what_is_open_is_decided_by_whoever_deploys() -> None:
    """These parameters have no default: nobody gets a public endpoint by not thinking of it."""
    given = defaults()
    for name in ("networkMode", "privateEndpoints", "appPublicNetworkAccess"):
        assert given[name] is None, name


def test_the_vault_gives_by_roles_and_forgets_nothing() -> None:
    """RBAC, 90 days of soft delete, and no way to purge within them."""
    properties = at(resource("key-vault", "vault"), "properties")
    for name, expected in {
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enablePurgeProtection": True,
        "enabledForDeployment": False,
        "enabledForTemplateDeployment": False,
    }.items():
        assert at(properties, name) == expected, name
    assert "accessPolicies" not in table(resource("key-vault", "vault"), "properties")


def test_no_secret_is_made_by_a_template() -> None:
    """Values come from infra/hooks or from people, never from a template or its parameters."""
    kinds = {each.kind for each in every_resource()}
    assert not any("vaults/" in kind for kind in kinds)


def test_the_app_is_flex_consumption_with_python_313() -> None:
    """Plan and runtime."""
    assert at(resource("function-app", "plan"), "sku") == {"name": "FC1", "tier": "FlexConsumption"}
    config = at(resource("function-app", "functionApp"), "properties", "functionAppConfig")
    assert at(config, "runtime") == {"name": "python", "version": "3.13"}


def test_the_app_takes_its_package_and_reaches_everything_as_its_own_identity() -> None:
    """One user-assigned identity; the container of the package is read by it too."""
    app = resource("function-app", "functionApp")
    assert at(app, "identity", "type") == "UserAssigned"
    storage = at(app, "properties", "functionAppConfig", "deployment", "storage")
    assert at(storage, "authentication", "type") == "UserAssignedIdentity"
    assert at(storage, "type") == "blobContainer"


def test_the_app_speaks_tls_only_and_takes_no_passwords() -> None:
    """https, TLS 1.2, no FTP, and publishing by Entra identities only."""
    properties = at(resource("function-app", "functionApp"), "properties")
    assert at(properties, "httpsOnly") is True
    assert at(properties, "publicNetworkAccess") == "publicNetworkAccess"
    site = at(properties, "siteConfig")
    assert at(site, "minTlsVersion") == "1.2"
    assert at(site, "scmMinTlsVersion") == "1.2"
    for symbol, name in (("noFtpPassword", "ftp"), ("noPublishingPassword", "scm")):
        body = resource("function-app", symbol)
        assert at(body, "name") == name
        assert at(body, "properties", "allow") is False


def test_nothing_is_set_that_flex_consumption_refuses() -> None:
    """Azure answers some properties of other plans with error 51021, in some regions first."""
    site = table(resource("function-app", "functionApp"), "properties", "siteConfig")
    refused = {
        "alwaysOn",
        "ftpsState",
        "functionAppScaleLimit",
        "functionsRuntimeScaleMonitoringEnabled",
        "linuxFxVersion",
        "netFrameworkVersion",
        "preWarmedInstanceCount",
        "use32BitWorkerProcess",
        "vnetRouteAllEnabled",
        "windowsFxVersion",
    }
    assert not refused & set(site)


def test_telemetry_takes_entra_tokens_only() -> None:
    """Application Insights lies in the workspace; neither takes keys."""
    insights = at(resource("monitoring", "appInsights"), "properties")
    assert at(insights, "DisableLocalAuth") is True
    assert at(insights, "IngestionMode") == "LogAnalytics"
    assert "WorkspaceResourceId: workspace.id" in code(MAIN.parent / "modules/monitoring.bicep")
    workspace = at(resource("monitoring", "workspace"), "properties", "features")
    assert at(workspace, "disableLocalAuth") is True


def test_writes_to_queues_and_reads_of_secrets_are_logged() -> None:
    """The first is what the poison alert reads; both go to the workspace."""
    logs = resource("storage", "queueLogs")
    assert at(logs, "scope") == "queues"
    assert at(logs, "properties", "logs") == [{"category": "StorageWrite", "enabled": True}]
    audit = resource("key-vault", "auditLog")
    assert at(audit, "scope") == "vault"
    assert at(audit, "properties", "logs") == [{"categoryGroup": "audit", "enabled": True}]
    for body in (logs, audit):
        assert "workspaceId" in table(body, "properties")


def test_the_subnet_of_the_app_is_delegated_to_flex_consumption() -> None:
    """The other one is for private endpoints, and both have a security group."""
    subnets = at(resource("network", "network"), "properties", "subnets")
    assert isinstance(subnets, list)
    app, endpoints = subnets
    services = "Microsoft.App/environments"
    assert at(app, "properties", "delegations", 0, "properties", "serviceName") == services
    assert "delegations" not in table(endpoints, "properties")
    for subnet in subnets:
        assert "networkSecurityGroup" in table(subnet, "properties")
    assert "_" not in re.findall(r"appSubnet: '([^']+)'", code(MAIN))[0]


def test_the_gateway_of_the_hub_is_used_only_when_somebody_says_that_it_is_ready() -> None:
    """Azure refuses it before the hub's side is there, so the first deployment must not ask."""
    peering = at(resource("network", "peering"), "properties")
    assert at(peering, "useRemoteGateways") == "useHubGateway"
    assert defaults()["useHubGateway"] is False
    assert at(read(MAIN), "modules", "network", "config", "condition") == "newNetwork"


def test_private_endpoints_cover_everything_that_is_closed() -> None:
    """The three services of storage that are used, the vault and the app; each with its zone."""
    endpoints = at(module("private-endpoints"), "variables", "endpoints", "value")
    assert isinstance(endpoints, list)
    groups = [at(each, "group") for each in endpoints]
    assert groups == ["blob", "queue", "table", "vault", "sites"]
    for each, group in zip(endpoints[:3], groups, strict=False):
        assert at(each, "zone") == f"privatelink.{group}.${{environment().suffixes.storage}}"
    kinds = {each.kind for each in resources(MAIN.parent / "modules/private-endpoints.bicep")}
    assert "Microsoft.Network/privateEndpoints/privateDnsZoneGroups" in kinds
    assert at(read(MAIN), "modules", "endpoints", "config", "condition") == "privateEndpoints"


def test_outputs_hold_no_secrets() -> None:
    """Names and addresses only; whoever may read a deployment may read its outputs."""
    found = {
        name: str(at(node, "value"))
        for path in FILES
        for name, node in table(read(path), "outputs").items()
    }
    assert set(found) == {
        "FUNCTION_APP_NAME",
        "FUNCTION_APP_URL",
        "KEY_VAULT_NAME",
        "LOG_ANALYTICS_WORKSPACE_NAME",
        "hostName",
    }
    assert not any("ConnectionString" in text for text in found.values())
