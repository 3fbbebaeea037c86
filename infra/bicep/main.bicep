// License Steward for Qlik, whole: one resource group holds everything.
// Modules are told names, not the outputs of other modules, so that what-if can look into each of them.

targetScope = 'resourceGroup'

import { earlyWarningAppSettings, earlyWarningRule, earlyWarningSettings } from 'settings/early-warning.bicep'
import { influxDbAppSettings, influxDbSettings } from 'settings/influxdb.bicep'
import { licenseMonitorAppSettings, licenseMonitorSettings } from 'settings/license-monitor.bicep'
import { customProperty, licenseReleaseAppSettings, licenseReleaseSettings, neverReleaseAppSettings } from 'settings/license-release.bicep'
import { qlikSenseAppSettings, qlikSenseSettings } from 'settings/qlik-sense.bicep'
import { leaseAppSettings, leaseSettings, qlikViewAppSettings, qlikViewSettings } from 'settings/qlikview.bicep'
import { noticeKind, webhookAppSettings, webhookSettings } from 'settings/webhook.bicep'
import { alertName } from 'modules/alerts.bicep'

@description('Short name of the environment, like dev or prod; part of the names of all resources.')
@minLength(1)
@maxLength(20)
param environmentName string

@description('Region of all resources.')
param location string = resourceGroup().location

@description('Tags of all resources.')
param tags object = {}

@description('Memory of an instance in MB. 2048 plans for 100,000 users with room to spare.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int = 2048

@description('Most instances that each function scales out to. The ledger keeps releases right with any number; some regions take no less than 40.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Redundancy of the storage account, which holds the ledger.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageRedundancy string = 'Standard_ZRS'

@description('Days that logs and events are kept.')
@minValue(30)
@maxValue(730)
param logRetentionInDays int = 90

@description('Most gigabytes of logs that are taken in per day; -1 for no limit.')
@minValue(-1)
param logDailyQuotaGb int = -1

@description('none: the app goes out by addresses of Azure. new: a virtual network is made. existing: the app joins appSubnetId.')
@allowed([
  'none'
  'new'
  'existing'
])
param networkMode string

@description('Network mode new: address range of the virtual network; must not overlap with the hub or the site on-premises.')
param addressPrefix string = '10.90.0.0/24'

@description('Network mode new: address range of the subnet of the app.')
param appSubnetPrefix string = '10.90.0.0/26'

@description('Network mode new: address range of the subnet of the private endpoints.')
param privateEndpointSubnetPrefix string = '10.90.0.64/27'

@description('Network mode new: DNS servers that know the names of the Qlik servers; empty for the DNS of Azure.')
param dnsServers string[] = []

@description('Network mode new: resource id of the hub network with the VPN or ExpressRoute gateway; empty for no peering.')
param hubVirtualNetworkId string = ''

@description('With hubVirtualNetworkId: go through the gateway of the hub. Azure refuses it until the peering from the hub is there and allows gateway transit, so it is the second step (docs/deploy.md, step 2).')
param useHubGateway bool = false

@description('Network mode existing: resource id of a subnet for the app alone, delegated to Microsoft.App/environments, without underscores in its name.')
param existingAppSubnetId string = ''

@description('Network mode existing: resource id of the subnet of the private endpoints.')
param existingPrivateEndpointSubnetId string = ''

@description('Close storage and vault to the internet, and reach them and the app through private endpoints. Needs a network.')
param privateEndpoints bool

@description('With private endpoints: make the DNS zones here. False when a policy of the hub enters them into its own zones.')
param createDnsZones bool = true

@description('Whether the HTTP functions, and deployments, can be reached from public addresses; each call needs a function key.')
@allowed([
  'Enabled'
  'Disabled'
])
param appPublicNetworkAccess string

@description('Object id of who puts certificates into the vault; empty for nobody.')
param vaultOperatorPrincipalId string = ''

@description('What vaultOperatorPrincipalId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param vaultOperatorPrincipalType string = 'User'

@description('With private endpoints: IPv4 addresses or ranges from which operators may reach the vault all the same.')
param operatorIpAddresses string[] = []

@description('True once, to take back the vault after the resource group was deleted less than 90 days ago.')
param recoverVault bool = false

@description('Who is told of alerts by e-mail.')
param alertEmails string[] = []

@description('Resource ids of further action groups for alerts.')
param alertActionGroupIds string[] = []

@description('Alerts that stay silent.')
param alertsOff alertName[] = []

@description('Address of docs/runbook.md where your operators read it, and alerts link to its sections; without it they name the file in the repository.')
param runbookUrl string = ''

@description('Hours without a collection of usage that are too many: two periods of usageSchedule and some slack.')
@minValue(1)
@maxValue(47)
param collectionMissingHours int = 13

@description('Hours without a collection of QlikView leases that are too many: two periods of leaseSchedule and some slack.')
@minValue(1)
@maxValue(47)
param leaseCollectionMissingHours int = 3

@description('More releases than this within a day are told.')
@minValue(0)
param expectedReleasesPerDay int = 100

@description('SITE_NAME: names the Qlik site in every point, log line, message and record; without / \\ # ?')
@minLength(1)
@maxLength(100)
param siteName string

@description('USAGE_SCHEDULE: when usage is collected; NCRONTAB in UTC. Can be changed in the app settings without a deployment.')
param usageSchedule string = '0 0 */6 * * *'

@description('RELEASE_SCHEDULE: when releases are planned; NCRONTAB in UTC. Can be changed in the app settings without a deployment.')
param releaseSchedule string = '0 30 2 * * *'

@description('LEASE_SCHEDULE: when QlikView leases are read; NCRONTAB in UTC. Can be changed in the app settings without a deployment.')
param leaseSchedule string = '0 15 * * * *'

@description('STATIC_TAGS: tags, name to text, that are added to every point.')
param staticTags object = {}

@description('QLIK_SENSE__*: how to reach the Repository Service.')
param qlikSense qlikSenseSettings

@description('INFLUXDB__*: where points are written; no InfluxDB unless given.')
param influxDb influxDbSettings?

@description('LICENSE_MONITOR__*: what is read when usage is collected.')
param licenseMonitor licenseMonitorSettings = {}

@description('LICENSE_MONITOR__STATIC_TAGS: tags of the usage points; they add to staticTags or override them.')
param licenseMonitorStaticTags object = {}

@description('EARLY_WARNING__*: thresholds of the early warnings.')
param earlyWarning earlyWarningSettings = {}

@description('EARLY_WARNING__*: the rules that are switched off.')
param earlyWarningsOff earlyWarningRule[] = []

@description('LICENSE_RELEASE__*: the switches, the policy and its limits; off and dry unless given.')
param licenseRelease licenseReleaseSettings = {
  enabled: false
  dryRun: true
}

@description('LICENSE_RELEASE__STATIC_TAGS: tags of the release points; they add to staticTags or override them.')
param licenseReleaseStaticTags object = {}

@description('LICENSE_RELEASE__NEVER_RELEASE__USERS: users, DIR\\id, whose licenses are never released.')
param neverReleaseUsers string[] = []

@description('LICENSE_RELEASE__NEVER_RELEASE__TAGS: users with one of these tags keep their licenses.')
param neverReleaseTags string[] = []

@description('LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES: users of these user directories keep their licenses.')
param neverReleaseUserDirectories string[] = []

@description('LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES: users with one of these custom property values keep their licenses.')
param neverReleaseCustomProperties customProperty[] = []

@description('WEBHOOK__URL_SECRET: who is told of releases and waiting plans; nobody unless given.')
param webhook webhookSettings?

@description('WEBHOOK__EVENTS: what is told; everything unless given.')
param webhookEvents noticeKind[] = []

@description('QLIKVIEW__*: how to reach the QlikView Management Service; no QlikView unless given.')
param qlikView qlikViewSettings?

@description('LEASES__*: the rules of QlikView license leases.')
param leases leaseSettings = {}

@description('LEASES__FARM: machines of the Citrix farm, machine id to name; where ids are not known, name to name.')
param leasesFarm object = {}

@description('LEASES__STATIC_TAGS: tags of the QlikView points; they add to staticTags or override them.')
param leasesStaticTags object = {}

@description('TELEMETRY__PERSONAL_NAMES: write accounts into events, traces and log lines as they are; without it a pseudonym stands in their place.')
param telemetryPersonalNames bool = false

var token = uniqueString(resourceGroup().id, environmentName)
var baseName = 'steward-${environmentName}'
var names = {
  identity: 'id-${baseName}'
  workspace: 'log-${baseName}'
  appInsights: 'appi-${baseName}'
  storage: 'ststeward${token}'
  keyVault: 'kv-steward-${token}'
  plan: 'plan-${baseName}'
  functionApp: 'func-${baseName}-${token}'
  network: 'vnet-${baseName}'
  appSubnet: 'app'
  privateEndpointSubnet: 'private-endpoints'
  packageContainer: 'app-package'
}
var keyVaultUrl = 'https://${names.keyVault}${environment().suffixes.keyvaultDns}'
var newNetwork = networkMode == 'new'
var newAppSubnetId = resourceId('Microsoft.Network/virtualNetworks/subnets', names.network, names.appSubnet)
var newPrivateEndpointSubnetId = resourceId('Microsoft.Network/virtualNetworks/subnets', names.network, names.privateEndpointSubnet)
var appSubnetId = newNetwork ? newAppSubnetId : existingAppSubnetId
var privateEndpointSubnetId = newNetwork ? newPrivateEndpointSubnetId : existingPrivateEndpointSubnetId

var generalSettings = {
  SITE_NAME: siteName
  USAGE_SCHEDULE: usageSchedule
  RELEASE_SCHEDULE: releaseSchedule
  LEASE_SCHEDULE: leaseSchedule
  STATIC_TAGS: empty(staticTags) ? '' : string(staticTags)
  TELEMETRY__PERSONAL_NAMES: toLower(string(telemetryPersonalNames))
}
var appSettings = union(
  generalSettings,
  qlikSenseAppSettings(qlikSense),
  influxDbAppSettings(influxDb ?? {}),
  licenseMonitorAppSettings(licenseMonitor, licenseMonitorStaticTags),
  earlyWarningAppSettings(earlyWarning, earlyWarningsOff),
  licenseReleaseAppSettings(licenseRelease, licenseReleaseStaticTags),
  neverReleaseAppSettings(neverReleaseUsers, neverReleaseTags, neverReleaseUserDirectories, neverReleaseCustomProperties),
  webhookAppSettings(webhook ?? {}, webhookEvents),
  qlikViewAppSettings(qlikView ?? {}),
  leaseAppSettings(leases, leasesFarm, leasesStaticTags)
)

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: names.workspace
    appInsightsName: names.appInsights
    location: location
    tags: tags
    retentionInDays: logRetentionInDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module network 'modules/network.bicep' = if (newNetwork) {
  name: 'network'
  params: {
    name: names.network
    location: location
    tags: tags
    addressPrefix: addressPrefix
    appSubnetName: names.appSubnet
    appSubnetPrefix: appSubnetPrefix
    privateEndpointSubnetName: names.privateEndpointSubnet
    privateEndpointSubnetPrefix: privateEndpointSubnetPrefix
    dnsServers: dnsServers
    hubVirtualNetworkId: hubVirtualNetworkId
    useHubGateway: useHubGateway
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: names.storage
    location: location
    tags: tags
    redundancy: storageRedundancy
    private: privateEndpoints
    packageContainerName: names.packageContainer
    workspaceName: names.workspace
  }
  dependsOn: [
    monitoring
  ]
}

module keyVault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  params: {
    name: names.keyVault
    location: location
    tags: tags
    private: privateEndpoints
    operatorIpAddresses: operatorIpAddresses
    recover: recoverVault
    workspaceName: names.workspace
  }
  dependsOn: [
    monitoring
  ]
}

module roleAssignments 'modules/role-assignments.bicep' = {
  name: 'role-assignments'
  params: {
    identityName: names.identity
    storageAccountName: names.storage
    keyVaultName: names.keyVault
    appInsightsName: names.appInsights
    vaultOperatorPrincipalId: vaultOperatorPrincipalId
    vaultOperatorPrincipalType: vaultOperatorPrincipalType
  }
  dependsOn: [
    identity
    monitoring
    storage
    keyVault
  ]
}

module functionApp 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    name: names.functionApp
    planName: names.plan
    location: location
    tags: tags
    identityName: names.identity
    storageAccountName: names.storage
    packageContainerName: names.packageContainer
    appInsightsName: names.appInsights
    keyVaultUrl: keyVaultUrl
    subnetId: networkMode == 'none' ? '' : appSubnetId
    publicNetworkAccess: appPublicNetworkAccess
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    settings: appSettings
  }
  dependsOn: [
    roleAssignments
    network
  ]
}

module endpoints 'modules/private-endpoints.bicep' = if (privateEndpoints) {
  name: 'private-endpoints'
  params: {
    namePrefix: 'pe-${baseName}'
    location: location
    tags: tags
    storageAccountName: names.storage
    keyVaultName: names.keyVault
    functionAppName: names.functionApp
    subnetId: privateEndpointSubnetId
    virtualNetworkId: split(privateEndpointSubnetId, '/subnets/')[0]
    createDnsZones: createDnsZones
  }
  dependsOn: [
    functionApp
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    namePrefix: baseName
    location: location
    tags: tags
    workspaceName: names.workspace
    actionGroupName: 'ag-${baseName}'
    emails: alertEmails
    actionGroupIds: alertActionGroupIds
    alertsOff: alertsOff
    runbookUrl: runbookUrl
    collectionMissingHours: collectionMissingHours
    leasesExpected: qlikView != null
    leaseCollectionMissingHours: leaseCollectionMissingHours
    expectedReleasesPerDay: expectedReleasesPerDay
  }
  dependsOn: [
    monitoring
  ]
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    location: location
    tags: tags
    displayName: 'License Steward ${environmentName}'
    workspaceName: names.workspace
  }
  dependsOn: [
    monitoring
  ]
}

@description('Name of the function app.')
output FUNCTION_APP_NAME string = names.functionApp

@description('Address of the HTTP functions.')
output FUNCTION_APP_URL string = 'https://${functionApp.outputs.hostName}/api'

@description('Name of the vault into which infra/hooks loads the certificates.')
output KEY_VAULT_NAME string = names.keyVault

@description('Name of the Log Analytics workspace.')
output LOG_ANALYTICS_WORKSPACE_NAME string = names.workspace
