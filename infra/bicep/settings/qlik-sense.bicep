// QLIK_SENSE__*: where the Repository Service (QRS) is, and the way in.
// One documented type for each setting, because decorators inside an object type can't be parsed by the tests.

@description('Host of the Repository Service (QRS), or of the proxy when a virtual proxy is given; without https:// and port.')
@minLength(1)
type qrsHost = string

@description('Port of QRS: 4242, or 443 with a virtual proxy, unless given.')
@minValue(1)
@maxValue(65535)
type qrsPort = int

@description('Account in whose name QRS is asked (X-Qlik-User), DIR\\id; INTERNAL\\sa_api unless given. With a JWT it is not used.')
type qrsUser = string

@description('Name of the Key Vault secret with the client certificate: PEM with certificate and key, or PFX in base64. Needed unless a virtual proxy with a JWT is used.')
type qrsClientCertificateSecret = string

@description('Name of the Key Vault secret with the key of the client certificate (PEM), when it is kept apart.')
type qrsClientKeySecret = string

@description('Name of the Key Vault secret with the root certificate (PEM) that signed the certificate of the server; the CAs of the system unless given.')
type qrsRootCertificateSecret = string

@description('Name to verify in the certificate of the server when it is not the host, as with certificates for the short host name.')
type qrsTlsServerName = string

@description('Prefix of a virtual proxy with JWT, the second way in instead of a client certificate.')
type qrsVirtualProxy = string

@description('Name of the Key Vault secret with the JSON Web Token for the virtual proxy.')
type qrsJwtSecret = string

@description('Most requests to QRS at once, over all instances, 8 unless given; fewer while it has trouble.')
@minValue(1)
@maxValue(64)
type qrsMaxConcurrency = int

@export()
@sealed()
@description('How to reach the Repository Service of Qlik Sense. Secrets are given by their names in Key Vault only.')
type qlikSenseSettings = {
  host: qrsHost
  port: qrsPort?
  user: qrsUser?
  clientCertificateSecret: qrsClientCertificateSecret?
  clientKeySecret: qrsClientKeySecret?
  rootCertificateSecret: qrsRootCertificateSecret?
  tlsServerName: qrsTlsServerName?
  virtualProxy: qrsVirtualProxy?
  jwtSecret: qrsJwtSecret?
  maxConcurrency: qrsMaxConcurrency?
}

@export()
@description('The app settings QLIK_SENSE__*; an empty text stands for a setting that is not given.')
func qlikSenseAppSettings(settings qlikSenseSettings) object => {
  QLIK_SENSE__HOST: settings.host
  QLIK_SENSE__PORT: string(settings.?port ?? '')
  QLIK_SENSE__USER: settings.?user ?? ''
  QLIK_SENSE__CLIENT_CERTIFICATE_SECRET: settings.?clientCertificateSecret ?? ''
  QLIK_SENSE__CLIENT_KEY_SECRET: settings.?clientKeySecret ?? ''
  QLIK_SENSE__ROOT_CERTIFICATE_SECRET: settings.?rootCertificateSecret ?? ''
  QLIK_SENSE__TLS_SERVER_NAME: settings.?tlsServerName ?? ''
  QLIK_SENSE__VIRTUAL_PROXY: settings.?virtualProxy ?? ''
  QLIK_SENSE__JWT_SECRET: settings.?jwtSecret ?? ''
  QLIK_SENSE__MAX_CONCURRENCY: string(settings.?maxConcurrency ?? '')
}
