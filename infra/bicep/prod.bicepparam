// Production: a virtual network that peers with the hub of VPN or ExpressRoute, storage and vault behind private
// endpoints. Plans are made from the first day and nothing is released: that takes dryRun and confirmSite.
using 'main.bicep'

param environmentName = 'prod'
param tags = {
  environment: 'prod'
}

param storageRedundancy = 'Standard_ZRS'
param logRetentionInDays = 180
param networkMode = 'new'
param addressPrefix = '10.90.0.0/24'
param appSubnetPrefix = '10.90.0.0/26'
param privateEndpointSubnetPrefix = '10.90.0.64/27'
param hubVirtualNetworkId = readEnvironmentVariable('HUB_VIRTUAL_NETWORK_ID', '')
param useHubGateway = bool(readEnvironmentVariable('USE_HUB_GATEWAY', 'false'))
param dnsServers = json(readEnvironmentVariable('DNS_SERVERS', '[]'))
param privateEndpoints = true
// The package is pushed through the app, so a pipeline outside of the network must reach it.
param appPublicNetworkAccess = 'Enabled'

// Who puts the certificates into the vault: the object id of a group, best, and what it is.
param vaultOperatorPrincipalId = readEnvironmentVariable('VAULT_OPERATOR_PRINCIPAL_ID', '')
param vaultOperatorPrincipalType = readEnvironmentVariable('VAULT_OPERATOR_PRINCIPAL_TYPE', 'Group')
// From where, while private endpoints close the vault to all others.
param operatorIpAddresses = json(readEnvironmentVariable('OPERATOR_IP_ADDRESSES', '[]'))

param alertEmails = json(readEnvironmentVariable('ALERT_EMAILS', '[]'))
param runbookUrl = readEnvironmentVariable('RUNBOOK_URL', '')

param siteName = readEnvironmentVariable('SITE_NAME', 'Example')
param qlikSense = {
  host: readEnvironmentVariable('QLIK_SENSE__HOST', 'sense.example.com')
  tlsServerName: readEnvironmentVariable('QLIK_SENSE__TLS_SERVER_NAME', '')
  clientCertificateSecret: 'qlik-client-certificate'
  clientKeySecret: 'qlik-client-key'
  rootCertificateSecret: 'qlik-root-certificate'
}
param licenseRelease = {
  enabled: true
  dryRun: true
  graceDays: 7
  approval: 'required'
  // Closed by hand in the app, it stays closed: the pipeline reads it there right before it deploys.
  stop: bool(readEnvironmentVariable('LICENSE_RELEASE__STOP', 'false'))
}
param neverReleaseUsers = [
  'INTERNAL\\sa_repository'
  'INTERNAL\\sa_api'
]
