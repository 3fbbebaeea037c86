// EARLY_WARNING__*: when the app warns. 0 means exactly 0; `off` lists the rules that are switched off.

@description('Warn when no more than this is available of a pool, in percent of its total; 10 unless given.')
@minValue(0)
@maxValue(100)
type poolLowPercent = int

@description('Warn when no more than this many licenses or tokens of a pool are available; off unless given. With the percentage, either is enough.')
@minValue(0)
@maxValue(1000000)
type poolLowCount = int

@description('Warn when a pool is likely to be empty within this many days, by the median of the forecast; 30 unless given.')
@minValue(0)
@maxValue(365)
type runOutDays = int

@description('Warn when the site license ends within this many days, or has ended; 60 unless given.')
@minValue(0)
@maxValue(3650)
type serverLicenseDays = int

@description('Warn when the client certificate of the app expires within this many days, or has expired; 30 unless given.')
@minValue(0)
@maxValue(3650)
type certificateDays = int

@description('Warn when a Key Vault secret expires within this many days, or has expired; 30 unless given.')
@minValue(0)
@maxValue(3650)
type secretDays = int

@description('Warn when usage was not collected for longer than this many periods of its schedule; 2 unless given.')
@minValue(1)
@maxValue(1000)
type missingPeriods = int

@description('Warn when usage was not collected for longer than this many hours; off unless given. With the periods, the shorter one counts.')
@minValue(1)
@maxValue(8760)
type missingHours = int

@description('A released user who holds a license again within this many days came straight back; 7 unless given.')
@minValue(1)
@maxValue(365)
type returnedDays = int

@description('Warn when at least this share of the released users came straight back, in percent; 20 unless given.')
@minValue(0)
@maxValue(100)
type returnedPercent = int

@description('And at least this many users came back; both must be reached; 3 unless given.')
@minValue(1)
@maxValue(1000000)
type returnedUsers = int

@description('Warn when at least this many QlikView users may be refused at their next start; 1 unless given.')
@minValue(0)
@maxValue(1000000)
type leaseRefusalsUsers = int

@description('Warn when a machine has at least this many QlikView leases; off unless given.')
@minValue(0)
@maxValue(1000000)
type leaseMachineCount = int

@description('Warn when the QlikView leases of a machine grew by at least this much within 7 days, in percent, and by at least 10; 50 unless given.')
@minValue(1)
@maxValue(1000000)
type leaseMachineGrowthPercent = int

@export()
@description('The rules that can be switched off, by the names of their thresholds.')
type earlyWarningRule = 'poolLowPercent' | 'poolLowCount' | 'runOutDays' | 'serverLicenseDays' | 'certificateDays' | 'secretDays' | 'missingPeriods' | 'missingHours' | 'returnedDays' | 'leaseRefusalsUsers' | 'leaseMachineCount' | 'leaseMachineGrowthPercent'

@export()
@sealed()
@description('Thresholds of the early warnings.')
type earlyWarningSettings = {
  poolLowPercent: poolLowPercent?
  poolLowCount: poolLowCount?
  runOutDays: runOutDays?
  serverLicenseDays: serverLicenseDays?
  certificateDays: certificateDays?
  secretDays: secretDays?
  missingPeriods: missingPeriods?
  missingHours: missingHours?
  returnedDays: returnedDays?
  returnedPercent: returnedPercent?
  returnedUsers: returnedUsers?
  leaseRefusalsUsers: leaseRefusalsUsers?
  leaseMachineCount: leaseMachineCount?
  leaseMachineGrowthPercent: leaseMachineGrowthPercent?
}

@export()
@description('The app settings EARLY_WARNING__*; an empty text stands for a setting that is not given.')
func earlyWarningAppSettings(settings earlyWarningSettings, off earlyWarningRule[]) object => {
  EARLY_WARNING__POOL_LOW_PERCENT: contains(off, 'poolLowPercent') ? 'off' : string(settings.?poolLowPercent ?? '')
  EARLY_WARNING__POOL_LOW_COUNT: contains(off, 'poolLowCount') ? 'off' : string(settings.?poolLowCount ?? '')
  EARLY_WARNING__RUN_OUT_DAYS: contains(off, 'runOutDays') ? 'off' : string(settings.?runOutDays ?? '')
  EARLY_WARNING__SERVER_LICENSE_DAYS: contains(off, 'serverLicenseDays') ? 'off' : string(settings.?serverLicenseDays ?? '')
  EARLY_WARNING__CERTIFICATE_DAYS: contains(off, 'certificateDays') ? 'off' : string(settings.?certificateDays ?? '')
  EARLY_WARNING__SECRET_DAYS: contains(off, 'secretDays') ? 'off' : string(settings.?secretDays ?? '')
  EARLY_WARNING__MISSING_PERIODS: contains(off, 'missingPeriods') ? 'off' : string(settings.?missingPeriods ?? '')
  EARLY_WARNING__MISSING_HOURS: contains(off, 'missingHours') ? 'off' : string(settings.?missingHours ?? '')
  EARLY_WARNING__RETURNED_DAYS: contains(off, 'returnedDays') ? 'off' : string(settings.?returnedDays ?? '')
  EARLY_WARNING__RETURNED_PERCENT: string(settings.?returnedPercent ?? '')
  EARLY_WARNING__RETURNED_USERS: string(settings.?returnedUsers ?? '')
  EARLY_WARNING__LEASE_REFUSALS_USERS: contains(off, 'leaseRefusalsUsers') ? 'off' : string(settings.?leaseRefusalsUsers ?? '')
  EARLY_WARNING__LEASE_MACHINE_COUNT: contains(off, 'leaseMachineCount') ? 'off' : string(settings.?leaseMachineCount ?? '')
  EARLY_WARNING__LEASE_MACHINE_GROWTH_PERCENT: contains(off, 'leaseMachineGrowthPercent') ? 'off' : string(settings.?leaseMachineGrowthPercent ?? '')
}
