// A development environment: no network of its own, everything reachable with an Entra token or a function key,
// and nothing is planned or released. What belongs to your site comes from the environment of the pipeline.
using 'main.bicep'

param environmentName = 'dev'
param tags = {
  environment: 'dev'
}

param storageRedundancy = 'Standard_LRS'
param logRetentionInDays = 30
param logDailyQuotaGb = 1
param networkMode = 'none'
param privateEndpoints = false
param appPublicNetworkAccess = 'Enabled'

// Who puts the certificates into the vault: the object id of a group, best, and what it is.
param vaultOperatorPrincipalId = readEnvironmentVariable('VAULT_OPERATOR_PRINCIPAL_ID', '')
param vaultOperatorPrincipalType = readEnvironmentVariable('VAULT_OPERATOR_PRINCIPAL_TYPE', 'Group')
// From where, once private endpoints close the vault to all others.
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
  enabled: false
  dryRun: true
  // Closed by hand in the app, it stays closed: the pipeline reads it there right before it deploys.
  stop: bool(readEnvironmentVariable('LICENSE_RELEASE__STOP', 'false'))
}
param neverReleaseUsers = [
  'INTERNAL\\sa_repository'
  'INTERNAL\\sa_api'
]
