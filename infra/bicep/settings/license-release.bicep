// LICENSE_RELEASE__*: the switches, the policy and its limits. Off and dry unless somebody says otherwise.

@description('Plan releases at all; false unless given.')
type releaseEnabled = bool

@description('Plan, record and show, but queue and release nothing; true unless given.')
type releaseDryRun = bool

@description('Must equal siteName before anything is released: the second of two independent switches.')
type releaseConfirmSite = string

@description('Kill switch, read before every single release; false unless given.')
type releaseStop = bool

@description('Release licenses of this type; true unless given.')
type releaseTypeEnabled = bool

@description('A license goes when it was not used for this many days of 24 hours; 30 unless given.')
@minValue(0)
@maxValue(36500)
type releaseThresholdDays = int

@description('Yes: users that are so (inactive, blocked in the QMC, or removed from their user directory) keep their licenses; No: users that are not so keep theirs; Ignore: disregard it. Ignore unless given.')
type releaseFlagRule = 'Ignore' | 'Yes' | 'No'

@description('Most licenses that one plan releases, over both types; 0 means none at all; 200 unless given.')
@minValue(0)
@maxValue(1000000)
type releaseMaxPerRun = int

@description('Most licenses that one plan releases, in percent of the allocated licenses of each type, rounded up; 0 means none at all; 25 unless given.')
@minValue(0)
@maxValue(100)
type releaseMaxPercentPerRun = int

@description('Release only as many as bring the available licenses of a type up to this.')
@minValue(0)
@maxValue(1000000)
type releaseKeepAvailable = int

@description('A license must have been a candidate for this many days before it goes; 0 unless given.')
@minValue(0)
@maxValue(36500)
type releaseGraceDays = int

@description('No plan is made when the licenses of a type became more or fewer by more than this, in percent; 25 unless given.')
@minValue(0)
@maxValue(1000000)
type releaseMaxPopulationChangePercent = int

@description('No plan is made when nobody used a license of the site for this many days; 30 unless given.')
@minValue(1)
@maxValue(36500)
type releaseStaleUsageDays = int

@description('required: a plan waits until somebody approves it; none unless given.')
type releaseApproval = 'none' | 'required'

@description('single: one DELETE for each license; selection: the licenses of a message together; single unless given.')
type releaseDeleteStrategy = 'single' | 'selection'

@description('The name of a custom property, or its value.')
@minLength(1)
type customPropertyText = string

@export()
@sealed()
@description('A custom property value whose users keep their licenses.')
type customProperty = {
  name: customPropertyText
  value: customPropertyText
}

@export()
@sealed()
@description('Releasing licenses. Nothing is released until enabled is true, dryRun is false and confirmSite equals siteName.')
type licenseReleaseSettings = {
  enabled: releaseEnabled?
  dryRun: releaseDryRun?
  confirmSite: releaseConfirmSite?
  stop: releaseStop?
  analyzerEnabled: releaseTypeEnabled?
  analyzerThresholdDays: releaseThresholdDays?
  professionalEnabled: releaseTypeEnabled?
  professionalThresholdDays: releaseThresholdDays?
  neverReleaseInactive: releaseFlagRule?
  neverReleaseBlocked: releaseFlagRule?
  neverReleaseRemovedExternally: releaseFlagRule?
  maxPerRun: releaseMaxPerRun?
  maxPercentPerRun: releaseMaxPercentPerRun?
  keepAvailable: releaseKeepAvailable?
  graceDays: releaseGraceDays?
  maxPopulationChangePercent: releaseMaxPopulationChangePercent?
  staleUsageDays: releaseStaleUsageDays?
  approval: releaseApproval?
  deleteStrategy: releaseDeleteStrategy?
}

// The switches are always written, so that the portal shows them and one of them can be thrown in a hurry.
@export()
@description('The app settings LICENSE_RELEASE__* but the lists; an empty text stands for a setting that is not given.')
func licenseReleaseAppSettings(settings licenseReleaseSettings, staticTags object) object => {
  LICENSE_RELEASE__ENABLED: toLower(string(settings.?enabled ?? false))
  LICENSE_RELEASE__DRY_RUN: toLower(string(settings.?dryRun ?? true))
  LICENSE_RELEASE__CONFIRM_SITE: settings.?confirmSite ?? ''
  LICENSE_RELEASE__STOP: toLower(string(settings.?stop ?? false))
  LICENSE_RELEASE__ANALYZER__ENABLED: toLower(string(settings.?analyzerEnabled ?? ''))
  LICENSE_RELEASE__ANALYZER__THRESHOLD_DAYS: string(settings.?analyzerThresholdDays ?? '')
  LICENSE_RELEASE__PROFESSIONAL__ENABLED: toLower(string(settings.?professionalEnabled ?? ''))
  LICENSE_RELEASE__PROFESSIONAL__THRESHOLD_DAYS: string(settings.?professionalThresholdDays ?? '')
  LICENSE_RELEASE__NEVER_RELEASE__INACTIVE: settings.?neverReleaseInactive ?? ''
  LICENSE_RELEASE__NEVER_RELEASE__BLOCKED: settings.?neverReleaseBlocked ?? ''
  LICENSE_RELEASE__NEVER_RELEASE__REMOVED_EXTERNALLY: settings.?neverReleaseRemovedExternally ?? ''
  LICENSE_RELEASE__MAX_PER_RUN: string(settings.?maxPerRun ?? '')
  LICENSE_RELEASE__MAX_PERCENT_PER_RUN: string(settings.?maxPercentPerRun ?? '')
  LICENSE_RELEASE__KEEP_AVAILABLE: string(settings.?keepAvailable ?? '')
  LICENSE_RELEASE__GRACE_DAYS: string(settings.?graceDays ?? '')
  LICENSE_RELEASE__MAX_POPULATION_CHANGE_PERCENT: string(settings.?maxPopulationChangePercent ?? '')
  LICENSE_RELEASE__STALE_USAGE_DAYS: string(settings.?staleUsageDays ?? '')
  LICENSE_RELEASE__APPROVAL: settings.?approval ?? ''
  LICENSE_RELEASE__DELETE_STRATEGY: settings.?deleteStrategy ?? ''
  LICENSE_RELEASE__STATIC_TAGS: empty(staticTags) ? '' : string(staticTags)
}

@export()
@description('The lists of LICENSE_RELEASE__NEVER_RELEASE__*, as JSON; an empty text stands for a list that is not given.')
func neverReleaseAppSettings(users string[], tags string[], userDirectories string[], customProperties customProperty[]) object => {
  LICENSE_RELEASE__NEVER_RELEASE__USERS: empty(users) ? '' : string(users)
  LICENSE_RELEASE__NEVER_RELEASE__TAGS: empty(tags) ? '' : string(tags)
  LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES: empty(userDirectories) ? '' : string(userDirectories)
  LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES: empty(customProperties) ? '' : string(customProperties)
}
