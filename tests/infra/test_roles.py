"""Who may do what: exactly these roles, each on one resource."""

import re

from tests.infra.bicep import FILES, FOLDER, at, code, resource, resources

ROLES = FOLDER / "modules" / "role-assignments.bicep"
ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
OF_THE_APP = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
}
OF_THE_OPERATOR = {"b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer"}
GUID = re.compile(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'")
# Owner, Contributor, User Access, RBAC and Key Vault Administrator.
ADMINISTRATORS = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483",
}


def test_the_roles_are_exactly_those_that_are_needed() -> None:
    """No other role id stands in any template."""
    found = [role for path in FILES for role in GUID.findall(code(path))]
    assert sorted(found) == sorted(OF_THE_APP | OF_THE_OPERATOR)
    assert not ADMINISTRATORS & set(found)


def test_each_role_is_named_beside_its_id() -> None:
    """A reader should not have to look ids up, and the name must be the id's."""
    lines = ROLES.read_text().splitlines()
    for role, name in (OF_THE_APP | OF_THE_OPERATOR).items():
        number = next(n for n, line in enumerate(lines) if role in line)
        assert f"// {name}: " in lines[number - 1]


def test_roles_are_given_in_one_place_and_on_single_resources() -> None:
    """Never on the resource group or the subscription."""
    assigned = [each for path in FILES for each in resources(path) if each.kind == ASSIGNMENT]
    assert {each.path for each in assigned} == {ROLES}
    scopes = {each.symbol: each.body["scope"] for each in assigned}
    assert scopes == {
        "storageAssignments": "storage",
        "vaultAssignment": "vault",
        "telemetryAssignment": "appInsights",
        "operatorAssignment": "vault",
    }
    assert "roleDefinitions@" not in code(ROLES)


def test_the_app_may_read_secrets_and_only_an_operator_may_write_them() -> None:
    """The officer's role goes to nobody unless somebody is named."""
    text = code(ROLES)
    operator = resource("role-assignments", "operatorAssignment")
    assert at(operator, "properties", "principalId") == "vaultOperatorPrincipalId"
    assert "= if (!empty(vaultOperatorPrincipalId)) {" in text
    officer = text.split("resource operatorAssignment")
    assert "keyVaultSecretsOfficer)" not in officer[0]
    assert "identity.properties.principalId" not in officer[1]
