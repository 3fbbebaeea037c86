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

param siteName = readEnvironmentVariable('SITE_NAME', 'Example')
param qlikSense = {
  host: readEnvironmentVariable('QLIK_SENSE__HOST', 'sense.example.com')
  tlsServerName: readEnvironmentVariable('QLIK_SENSE__TLS_SERVER_NAME', '')
  clientCertificateSecret: 'qlik-client-certificate'
  clientKeySecret: 'qlik-client-key'
  rootCertificateSecret: 'qlik-root-certificate'
}
param neverReleaseUsers = [
  'INTERNAL\\sa_repository'
  'INTERNAL\\sa_api'
]
