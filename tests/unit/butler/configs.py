"""Butler configs for tests, written by hand in the forms that its versions have."""

from local.butler.convert import Import, convert
from local.butler.read_yaml import read_tree

# The license block of the seed document.
SEED_LICENSES = """
  qlikSenseLicense:
    licenseMonitor:
      enable: false
      frequency: every 6 hours        # later.js
      destination:
        influxDb:
          enable: false
          tag:
            static:
              - name: foo
                value: bar
    licenseRelease:
      enable: false
      dryRun: true
      frequency: every 24 hours
      neverRelease:
        user:
          - userDir: 'INTERNAL'
            userId: 'sa_repository'
          - userDir: 'INTERNAL'
            userId: 'sa_api'
          - userDir: 'USERDIR'
            userId: 'qs_admin_account'
        tag:
          - License do not release
          - some other tag
        customProperty:
          - name: LicenseManage
            value: do-not-release
        userDirectory:
          - INTERNAL
          - ADMIN
        inactive: Ignore
        blocked: Ignore
        removedExternally: ignore
      licenseType:
        analyzer:
          enable: true
          releaseThresholdDays: 30
        professional:
          enable: true
          releaseThresholdDays: 30
      destination:
        influxDb:
          enable: false
          tag:
            static:
              - name: foo
                value: bar
"""
CONNECTION = """
  cert:
    clientCert: certs/client.pem
    clientCertKey: certs/client_key.pem
    clientCertCA: certs/root.pem
  configQRS:
    authentication: certificates
    host: sense.example.com
    useSSL: true
    port: 4242
    headers:
      static:
        - name: X-Qlik-User
          value: UserDirectory=Internal;UserId=sa_repository
    rejectUnauthorized: false
"""
SEED = f"---\nButler:{SEED_LICENSES}{CONNECTION}"
# Butler 12, whose header is given by two keys.
OLDER_CONNECTION = """
  cert:
    clientCert: certs/client.pem
    clientCertKey: certs/client_key.pem
    clientCertCA: certs/root.pem
  configQRS:
    authentication: certificates
    host: sense.example.com
    port: 4242
    headerKey: X-Qlik-User
    headerValue: 'UserDirectory=Internal; UserId=sa_api'
    rejectUnauthorized: true
"""
RELEASE = """
  qlikSenseLicense:
    licenseRelease:
      enable: true
      dryRun: false
      licenseType:
        analyzer: {enable: true, releaseThresholdDays: 30}
        professional: {enable: false, releaseThresholdDays: 60}
"""
# Butler 12 to 15.0 know no version of InfluxDB.
INFLUXDB_FLAT = """
  influxDb:
    enable: true
    hostIP: influx.example.com
    hostPort: 8087
    auth:
      enable: true
      username: joe
      password: very-secret
    dbName: butler
    retentionPolicy:
      name: 10d
      duration: 10d
    tag:
      static:
        - name: butler_instance
          value: dev
"""
INFLUXDB_VERSION = """
  influxDb:
    enable: true
    hostIP: influx.example.com
    hostPort: 8086
    version: {version}
    v1Config:
      auth: {{enable: false, username: joe, password: very-secret}}
      dbName: nested
      retentionPolicy: {{name: 10d, duration: 10d}}
    v2Config:
      org: operations
      bucket: licenses
      description: Butler metrics
      token: very-secret
      retentionDuration: 10d
    v3Config:
      database: licenses3
      token: very-secret
      writeTimeout: 10000
      queryTimeout: 60000
    tag:
      static:
"""


def imported(body: str, **given: str) -> Import:
    """The import of what stands below `Butler:`."""
    return convert(read_tree(f"Butler:{body}", "butler.yaml"), "butler.yaml", given)
