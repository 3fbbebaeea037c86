// The workbook that an administrator leaves open on a screen.

@description('Region of the workbook.')
param location string

@description('Tags of the workbook.')
param tags object

@description('Name under which it is listed.')
param displayName string

@description('Name of the Log Analytics workspace that its queries read.')
param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, workspace.id, 'license-steward')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    version: '1.0'
    sourceId: workspace.id
    // The file names the workspace by this text wherever a query needs one.
    serializedData: replace(loadTextContent('../../workbook/workbook.json'), '__WORKSPACE_RESOURCE_ID__', workspace.id)
  }
}
