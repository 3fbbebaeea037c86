// LICENSE_MONITOR__*: collecting license usage.

@description('Collect license usage at all; true unless given.')
type monitorEnabled = bool

@description('Read licenses and users at each collection, to say who uses what; true unless given. Without it nobody is told that released users come straight back.')
type monitorHolders = bool

@description('Custom property by whose values the holders are grouped too, beside the user directory.')
type monitorHoldersProperty = string

@description('Ask QRS who owns something, to find professional users who own nothing; false unless given.')
type monitorOwners = bool

@export()
@sealed()
@description('What is read when usage is collected.')
type licenseMonitorSettings = {
  enabled: monitorEnabled?
  holders: monitorHolders?
  holdersProperty: monitorHoldersProperty?
  owners: monitorOwners?
}

@export()
@description('The app settings LICENSE_MONITOR__*; an empty text stands for a setting that is not given.')
func licenseMonitorAppSettings(settings licenseMonitorSettings, staticTags object) object => {
  LICENSE_MONITOR__ENABLED: toLower(string(settings.?enabled ?? ''))
  LICENSE_MONITOR__HOLDERS: toLower(string(settings.?holders ?? ''))
  LICENSE_MONITOR__HOLDERS_PROPERTY: settings.?holdersProperty ?? ''
  LICENSE_MONITOR__OWNERS: toLower(string(settings.?owners ?? ''))
  LICENSE_MONITOR__STATIC_TAGS: empty(staticTags) ? '' : string(staticTags)
}
