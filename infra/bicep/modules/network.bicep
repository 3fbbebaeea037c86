// A virtual network of the app's own: one subnet for the app, one for private endpoints, and the way to the hub
// in which VPN or ExpressRoute ends.

@description('Name of the virtual network.')
param name string

@description('Region of the virtual network.')
param location string

@description('Tags of the virtual network.')
param tags object

@description('Address range of the virtual network; must not overlap with the hub or the site on-premises.')
param addressPrefix string

@description('Name of the subnet of the app. Flex Consumption takes no underscores in it.')
param appSubnetName string

@description('Address range of the subnet of the app; /27 or larger.')
param appSubnetPrefix string

@description('Name of the subnet of the private endpoints.')
param privateEndpointSubnetName string

@description('Address range of the subnet of the private endpoints; /28 or larger.')
param privateEndpointSubnetPrefix string

@description('DNS servers that know the names of the Qlik servers; empty for the DNS of Azure. They must forward the names of private endpoints to 168.63.129.16.')
param dnsServers string[]

@description('Resource id of the hub network with the VPN or ExpressRoute gateway; empty for no peering.')
param hubVirtualNetworkId string

@description('Go through the gateway of the hub; refused by Azure until the peering from the hub is there and allows gateway transit.')
param useHubGateway bool

// Without rules of its own: the default ones let nothing in from the internet. Here is the place for more.
resource securityGroup 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${name}-nsg'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    dhcpOptions: {
      dnsServers: dnsServers
    }
    subnets: [
      {
        name: appSubnetName
        properties: {
          addressPrefix: appSubnetPrefix
          networkSecurityGroup: {
            id: securityGroup.id
          }
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: privateEndpointSubnetName
        properties: {
          addressPrefix: privateEndpointSubnetPrefix
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
          networkSecurityGroup: {
            id: securityGroup.id
          }
        }
      }
    ]
  }
}

resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-05-01' = if (!empty(hubVirtualNetworkId)) {
  parent: network
  name: 'hub'
  properties: {
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: true
    useRemoteGateways: useHubGateway
    remoteVirtualNetwork: {
      id: hubVirtualNetworkId
    }
  }
}
