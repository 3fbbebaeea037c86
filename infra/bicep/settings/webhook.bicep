// WEBHOOK__*: who is told of marked and released licenses and of plans that wait.

@description('Name of the Key Vault secret with the address to which notices are posted, https only. Who has it can post, so it is a secret.')
@minLength(1)
type webhookUrlSecret = string

@export()
@description('What a notice can be about: licenses were marked as candidates, licenses were released, a plan waits for approval.')
type noticeKind = 'licenses.marked' | 'licenses.released' | 'plan.waiting'

@export()
@sealed()
@description('A webhook that Logic Apps and Teams workflows take.')
type webhookSettings = {
  urlSecret: webhookUrlSecret
}

@export()
@description('The app settings WEBHOOK__*; an empty text stands for a setting that is not given.')
func webhookAppSettings(settings object, events noticeKind[]) object => {
  WEBHOOK__URL_SECRET: settings.?urlSecret ?? ''
  WEBHOOK__EVENTS: empty(events) ? '' : string(events)
}
