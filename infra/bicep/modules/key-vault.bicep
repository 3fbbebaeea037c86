// The vault of certificates, tokens and passwords. Their values are never in a template: see infra/hooks.

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Region of the vault.')
param location string

@description('Tags of the vault.')
param tags object

@description('True: reachable through its private endpoint, and from operatorIpAddresses, only.')
param private bool

@description('IPv4 addresses or ranges from which operators may reach a private vault, to put secrets into it.')
param operatorIpAddresses string[]

@description('True once, to take back a vault of this name that was deleted less than 90 days ago.')
param recover bool

@description('Name of the Log Analytics workspace that gets the audit log.')
param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    createMode: recover ? 'recover' : 'default'
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: (private && empty(operatorIpAddresses)) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
      ipRules: map(operatorIpAddresses, address => { value: address })
    }
  }
}

// Who read which secret when.
// This kind has no stable version with log categories, and no newer one.
#disable-next-line use-recent-api-versions
resource auditLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspace.id
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}
