// QLIKVIEW__* and LEASES__*: the QlikView Management Service, and the rules of license leases.

@description('Address of the QlikView Management Service (QMS), like http://qlikview.example.com:4799/QMS/Service.')
@minLength(1)
type qmsUrl = string

@description('QMS interface to speak; 12 unless given. 11 and 12 are understood by every later version.')
type qmsApi = '11' | '12' | '12.2' | '12.3' | '12.4' | '12.5' | '12.6' | '12.7'

@description('Windows account that may use the QMS API, DIR\\id.')
@minLength(1)
type qmsUser = string

@description('Name of the Key Vault secret with the password of the account.')
@minLength(1)
type qmsPasswordSecret = string

@description('Name of the Key Vault secret with the root certificate (PEM) that signed the certificate of the server, when the address is https; the CAs of the system unless given.')
type qmsRootCertificateSecret = string

@export()
@sealed()
@description('How to reach the QlikView Management Service.')
type qlikViewSettings = {
  url: qmsUrl
  api: qmsApi?
  user: qmsUser
  passwordSecret: qmsPasswordSecret
  rootCertificateSecret: qmsRootCertificateSecret?
}

@description('Machines on which one user can hold a lease; 2 unless given.')
@minValue(1)
@maxValue(1000)
type leaseMachinesPerUser = int

@description('Days that a lease lasts after the last contact; 30 unless given.')
@minValue(1)
@maxValue(36500)
type leasePeriodDays = int

@description('Hours after the last contact for which a lease slot can not go to another machine; 24 unless given.')
@minValue(0)
@maxValue(8760)
type leaseBlockHours = int

@description('Write users by name into points; false unless given: each user then has a pseudonym there.')
type leasePersonalNames = bool

@export()
@sealed()
@description('The rules of QlikView license leases, which differ between QlikView versions.')
type leaseSettings = {
  machinesPerUser: leaseMachinesPerUser?
  periodDays: leasePeriodDays?
  blockHours: leaseBlockHours?
  personalNames: leasePersonalNames?
}

@export()
@description('The app settings QLIKVIEW__*; an empty text stands for a setting that is not given.')
func qlikViewAppSettings(settings object) object => {
  QLIKVIEW__URL: settings.?url ?? ''
  QLIKVIEW__API: settings.?api ?? ''
  QLIKVIEW__USER: settings.?user ?? ''
  QLIKVIEW__PASSWORD_SECRET: settings.?passwordSecret ?? ''
  QLIKVIEW__ROOT_CERTIFICATE_SECRET: settings.?rootCertificateSecret ?? ''
}

@export()
@description('The app settings LEASES__*; an empty text stands for a setting that is not given.')
func leaseAppSettings(settings leaseSettings, farm object, staticTags object) object => {
  LEASES__MACHINES_PER_USER: string(settings.?machinesPerUser ?? '')
  LEASES__PERIOD_DAYS: string(settings.?periodDays ?? '')
  LEASES__BLOCK_HOURS: string(settings.?blockHours ?? '')
  LEASES__FARM: empty(farm) ? '' : string(farm)
  LEASES__PERSONAL_NAMES: toLower(string(settings.?personalNames ?? ''))
  LEASES__STATIC_TAGS: empty(staticTags) ? '' : string(staticTags)
}
