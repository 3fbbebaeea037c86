// INFLUXDB__*: where points are written for dashboards.

@description('Address of InfluxDB, http or https.')
@minLength(1)
type influxDbUrl = string

@description('Organization; InfluxDB 1.8 and 3 need none.')
type influxDbOrg = string

@description('Bucket; database/retention-policy on InfluxDB 1.8.')
@minLength(1)
type influxDbBucket = string

@description('Name of the Key Vault secret with an API token that may write to the bucket; user:password on InfluxDB 1.8.')
@minLength(1)
type influxDbTokenSecret = string

@export()
@sealed()
@description('InfluxDB 2.x, or 1.8+, 3 and Cloud by the same write API.')
type influxDbSettings = {
  url: influxDbUrl
  org: influxDbOrg?
  bucket: influxDbBucket
  tokenSecret: influxDbTokenSecret
}

@export()
@description('The app settings INFLUXDB__*; an empty text stands for a setting that is not given.')
func influxDbAppSettings(settings object) object => {
  INFLUXDB__URL: settings.?url ?? ''
  INFLUXDB__ORG: settings.?org ?? ''
  INFLUXDB__BUCKET: settings.?bucket ?? ''
  INFLUXDB__TOKEN_SECRET: settings.?tokenSecret ?? ''
}
