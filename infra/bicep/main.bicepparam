// For azd: values come from its environment (`azd env set NAME value`), under the names of the app settings. What no
// variable is read for (thresholds, InfluxDB, QlikView, webhook and the rest) is written here, as main.bicep has it.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param tags = {
  'azd-env-name': readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
}

param networkMode = readEnvironmentVariable('NETWORK_MODE', 'none')
param hubVirtualNetworkId = readEnvironmentVariable('HUB_VIRTUAL_NETWORK_ID', '')
param useHubGateway = bool(readEnvironmentVariable('USE_HUB_GATEWAY', 'false'))
param existingAppSubnetId = readEnvironmentVariable('EXISTING_APP_SUBNET_ID', '')
param existingPrivateEndpointSubnetId = readEnvironmentVariable('EXISTING_PRIVATE_ENDPOINT_SUBNET_ID', '')
param dnsServers = json(readEnvironmentVariable('DNS_SERVERS', '[]'))
param privateEndpoints = bool(readEnvironmentVariable('PRIVATE_ENDPOINTS', 'false'))
param operatorIpAddresses = json(readEnvironmentVariable('OPERATOR_IP_ADDRESSES', '[]'))
param appPublicNetworkAccess = readEnvironmentVariable('APP_PUBLIC_NETWORK_ACCESS', 'Enabled')

// Who runs azd loads the certificates (infra/hooks).
param vaultOperatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param vaultOperatorPrincipalType = readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User')

param alertEmails = json(readEnvironmentVariable('ALERT_EMAILS', '[]'))
param runbookUrl = readEnvironmentVariable('RUNBOOK_URL', '')

param usageSchedule = readEnvironmentVariable('USAGE_SCHEDULE', '0 0 */6 * * *')
param releaseSchedule = readEnvironmentVariable('RELEASE_SCHEDULE', '0 30 2 * * *')
param leaseSchedule = readEnvironmentVariable('LEASE_SCHEDULE', '0 15 * * * *')

param siteName = readEnvironmentVariable('SITE_NAME', 'Example')
param qlikSense = {
  host: readEnvironmentVariable('QLIK_SENSE__HOST', 'sense.example.com')
  user: readEnvironmentVariable('QLIK_SENSE__USER', '')
  tlsServerName: readEnvironmentVariable('QLIK_SENSE__TLS_SERVER_NAME', '')
  clientCertificateSecret: readEnvironmentVariable('QLIK_SENSE__CLIENT_CERTIFICATE_SECRET', 'qlik-client-certificate')
  clientKeySecret: readEnvironmentVariable('QLIK_SENSE__CLIENT_KEY_SECRET', 'qlik-client-key')
  rootCertificateSecret: readEnvironmentVariable('QLIK_SENSE__ROOT_CERTIFICATE_SECRET', 'qlik-root-certificate')
}
param neverReleaseUsers = json(readEnvironmentVariable('LICENSE_RELEASE__NEVER_RELEASE__USERS', '["INTERNAL\\\\sa_repository","INTERNAL\\\\sa_api"]'))
param neverReleaseUserDirectories = json(readEnvironmentVariable('LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES', '[]'))
param licenseRelease = {
  enabled: bool(readEnvironmentVariable('LICENSE_RELEASE__ENABLED', 'false'))
  dryRun: bool(readEnvironmentVariable('LICENSE_RELEASE__DRY_RUN', 'true'))
  confirmSite: readEnvironmentVariable('LICENSE_RELEASE__CONFIRM_SITE', '')
  // infra/hooks/preprovision lets nobody open by accident what was closed by hand.
  stop: bool(readEnvironmentVariable('LICENSE_RELEASE__STOP', 'false'))
}
