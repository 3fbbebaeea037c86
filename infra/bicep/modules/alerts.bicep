// The action group and the alert rules. A query answers with a row for each thing to be told, and any row fires;
// the queries are files in infra/kql/alerts, and docs/runbook.md has a section of the same name for each.
// They read the workspace's tables (AppEvents, AppRequests, StorageQueueLogs), which is why the workspace is their scope.
// `dimensions` are columns of the answer: each of their values is an alert of its own, which the mail names.

@export()
@description('The alerts, by name.')
type alertName = 'collection_missing' | 'lease_collection_missing' | 'pool_low' | 'pool_running_out' | 'plan_refused' | 'poison' | 'breaker_open' | 'expiring' | 'releases_above_expectation' | 'settings_invalid' | 'functions_failing' | 'came_back' | 'leases_refusals'

@description('Start of the names of the rules.')
param namePrefix string

@description('Region of the rules.')
param location string

@description('Tags of the rules.')
param tags object

@description('Name of the Log Analytics workspace that the rules ask.')
param workspaceName string

@description('Name of the action group.')
param actionGroupName string

@description('Who is told by e-mail; nobody when empty.')
param emails string[]

@description('Resource ids of further action groups, like the one of an on-call team.')
param actionGroupIds string[]

@description('Alerts that stay silent.')
param alertsOff alertName[]

@description('Address of the runbook; each alert links to its section. Empty: they name the file in the repository.')
param runbookUrl string

@description('Hours without a collection of usage that are too many: two periods of USAGE_SCHEDULE and some slack.')
@minValue(1)
@maxValue(47)
param collectionMissingHours int

@description('Whether QlikView is configured; without it nobody expects leases to be collected.')
param leasesExpected bool

@description('Hours without a collection of leases that are too many: two periods of LEASE_SCHEDULE and some slack.')
@minValue(1)
@maxValue(47)
param leaseCollectionMissingHours int

@description('More releases than this within a day are told.')
@minValue(0)
param expectedReleasesPerDay int

var alerts = [
  {
    name: 'collection_missing'
    title: 'License usage is not collected'
    severity: 1
    frequency: 'PT30M'
    window: 'P2D'
    dimensions: []
    query: 'let silence = ${collectionMissingHours}h;\n${loadTextContent('../../kql/alerts/collection_missing.kql')}'
  }
  {
    name: 'lease_collection_missing'
    title: 'QlikView leases are not collected'
    severity: 2
    frequency: 'PT30M'
    window: 'P2D'
    dimensions: []
    query: 'let silence = ${leaseCollectionMissingHours}h;\n${loadTextContent('../../kql/alerts/lease_collection_missing.kql')}'
  }
  {
    name: 'pool_low'
    title: 'Few licenses are available'
    severity: 2
    frequency: 'PT1H'
    window: 'P1D'
    dimensions: [ 'Name', 'Pool' ]
    query: loadTextContent('../../kql/alerts/pool_low.kql')
  }
  {
    name: 'pool_running_out'
    title: 'Licenses will run out'
    severity: 3
    frequency: 'PT1H'
    window: 'P1D'
    dimensions: [ 'Pool' ]
    query: loadTextContent('../../kql/alerts/pool_running_out.kql')
  }
  {
    name: 'plan_refused'
    title: 'No release plan was made'
    severity: 2
    frequency: 'PT30M'
    window: 'P1D'
    dimensions: []
    query: loadTextContent('../../kql/alerts/plan_refused.kql')
  }
  {
    name: 'poison'
    title: 'A release message failed on every try'
    severity: 1
    frequency: 'PT15M'
    window: 'P1D'
    dimensions: []
    query: loadTextContent('../../kql/alerts/poison.kql')
  }
  {
    name: 'breaker_open'
    title: 'Qlik Sense fails again and again'
    severity: 1
    frequency: 'PT15M'
    window: 'PT1H'
    dimensions: []
    query: loadTextContent('../../kql/alerts/breaker_open.kql')
  }
  {
    name: 'expiring'
    title: 'A certificate, secret or license expires'
    severity: 2
    frequency: 'PT1H'
    window: 'P1D'
    dimensions: [ 'Name', 'Subject' ]
    query: loadTextContent('../../kql/alerts/expiring.kql')
  }
  {
    name: 'releases_above_expectation'
    title: 'More licenses were released than expected'
    severity: 1
    frequency: 'PT15M'
    window: 'P1D'
    dimensions: []
    query: 'let expected = ${expectedReleasesPerDay};\n${loadTextContent('../../kql/alerts/releases_above_expectation.kql')}'
  }
  {
    name: 'settings_invalid'
    title: 'The app settings can not be used'
    severity: 1
    frequency: 'PT15M'
    window: 'PT2H'
    dimensions: [ 'Function' ]
    query: loadTextContent('../../kql/alerts/settings_invalid.kql')
  }
  {
    name: 'functions_failing'
    title: 'The last run of a function failed'
    severity: 3
    frequency: 'PT1H'
    window: 'P1D'
    dimensions: [ 'Function' ]
    query: loadTextContent('../../kql/alerts/functions_failing.kql')
  }
  {
    name: 'came_back'
    title: 'Released users came straight back'
    severity: 3
    frequency: 'PT1H'
    window: 'P1D'
    dimensions: [ 'LicenseType' ]
    query: loadTextContent('../../kql/alerts/came_back.kql')
  }
  {
    name: 'leases_refusals'
    title: 'QlikView users may be refused'
    severity: 3
    frequency: 'PT1H'
    window: 'P1D'
    dimensions: [ 'Subject' ]
    query: loadTextContent('../../kql/alerts/leases_refusals.kql')
  }
]

var runbook = empty(runbookUrl) ? 'docs/runbook.md in the repository, section ' : '${runbookUrl}#'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'LicSteward'
    enabled: true
    emailReceivers: map(emails, email => { name: email, emailAddress: email, useCommonAlertSchema: true })
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in alerts: {
  name: '${namePrefix}-${replace(alert.name, '_', '-')}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: '${namePrefix}: ${alert.title}'
    description: '${alert.title}. What it means and what to do: ${runbook}${alert.name}'
    severity: alert.severity
    enabled: !contains(alertsOff, alert.name) && (leasesExpected || alert.name != 'lease_collection_missing')
    evaluationFrequency: alert.frequency
    windowSize: alert.window
    scopes: [
      workspace.id
    ]
    // On the first deployment the tables have no rows and may not be known yet.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          dimensions: map(alert.dimensions, column => { name: column, operator: 'Include', values: [ '*' ] })
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: concat([ actionGroup.id ], actionGroupIds)
      customProperties: {
        runbook: '${runbook}${alert.name}'
      }
    }
  }
}]
