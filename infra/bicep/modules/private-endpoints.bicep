// Private endpoints of storage, vault and app, and the DNS zones by which they are found.

@description('Start of the names of the endpoints.')
param namePrefix string

@description('Region of the endpoints.')
param location string

@description('Tags of the endpoints and zones.')
param tags object

@description('Name of the storage account.')
param storageAccountName string

@description('Name of the vault.')
param keyVaultName string

@description('Name of the function app.')
param functionAppName string

@description('Resource id of the subnet of the endpoints.')
param subnetId string

@description('Resource id of the virtual network that looks the names up.')
param virtualNetworkId string

@description('True: make the DNS zones here and link them. False: a policy of the hub puts the endpoints into its own zones.')
param createDnsZones bool

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: keyVaultName
}

resource functionApp 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

var endpoints = [
  {
    group: 'blob'
    resourceId: storage.id
    zone: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    group: 'queue'
    resourceId: storage.id
    zone: 'privatelink.queue.${environment().suffixes.storage}'
  }
  {
    group: 'table'
    resourceId: storage.id
    zone: 'privatelink.table.${environment().suffixes.storage}'
  }
  {
    group: 'vault'
    resourceId: vault.id
    // The suffix begins with a dot: .vault.azure.net becomes privatelink.vaultcore.azure.net.
    zone: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  }
  {
    group: 'sites'
    resourceId: functionApp.id
    zone: 'privatelink.azurewebsites.net'
  }
]
var ownZones = createDnsZones ? endpoints : []

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [for endpoint in endpoints: {
  name: '${namePrefix}-${endpoint.group}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: endpoint.group
        properties: {
          privateLinkServiceId: endpoint.resourceId
          groupIds: [
            endpoint.group
          ]
        }
      }
    ]
  }
}]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [for endpoint in ownZones: {
  name: endpoint.zone
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (endpoint, index) in ownZones: {
  parent: zones[index]
  name: namePrefix
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: virtualNetworkId
    }
  }
}]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [for (endpoint, index) in ownZones: {
  parent: privateEndpoints[index]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: endpoint.group
        properties: {
          privateDnsZoneId: zones[index].id
        }
      }
    ]
  }
}]
