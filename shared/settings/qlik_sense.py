"""The settings of the Qlik Sense site: where QRS is, and how the app gets in."""

from pydantic import Field, model_validator

from shared.domain.secret_sources import SecretSource
from shared.settings.group import Group, secret_source
from shared.settings.kinds import (
    FewRequests,
    HeaderAccount,
    Host,
    Port,
    SecretName,
    SecretPath,
    VirtualProxy,
)

_PROXY_PORT = 443


class QlikSenseSettings(Group):
    """How to reach the Repository Service, and by which of the two ways in."""

    host: Host = Field(
        description="Host of the Repository Service (QRS), or of the proxy when a virtual proxy "
        "is given.",
        examples=["sense.example.com"],
    )
    port: Port = Field(
        4242,
        description="Port of QRS; 443 is the default when a virtual proxy is given.",
        examples=["4242"],
    )
    user: HeaderAccount = Field(
        "INTERNAL\\sa_api",
        description="Account in whose name QRS is asked (X-Qlik-User). With a JWT the user comes "
        "from its claims, and this is not used.",
        examples=["INTERNAL\\sa_api"],
    )
    client_certificate_secret: SecretName | None = Field(
        None,
        description="Client certificate: PEM with certificate and key, or PFX in base64. "
        "This or the file is required unless a virtual proxy with a JWT is used.",
        examples=["qlik-client-certificate"],
    )
    client_certificate_file: SecretPath | None = Field(
        None,
        description="The same from a file (PEM or PFX), for local use.",
        examples=["certificates/client.pem"],
    )
    client_key_secret: SecretName | None = Field(
        None,
        description="Key of the client certificate (PEM), when it is kept apart.",
        examples=["qlik-client-key"],
    )
    client_key_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/client_key.pem"],
    )
    root_certificate_secret: SecretName | None = Field(
        None,
        description="Root certificate (PEM) that signed the server's; the system's CAs when not "
        "given. The server is always verified.",
        examples=["qlik-root-certificate"],
    )
    root_certificate_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/root.pem"],
    )
    tls_server_name: Host | None = Field(
        None,
        description="Name to verify in the server's certificate when it is not the host, as with "
        "certificates for the short host name.",
        examples=["sense"],
    )
    virtual_proxy: VirtualProxy | None = Field(
        None,
        description="Prefix of a virtual proxy with JWT, the second way in instead of a "
        "client certificate.",
        examples=["jwt"],
    )
    jwt_secret: SecretName | None = Field(
        None,
        description="JSON Web Token for the virtual proxy.",
        examples=["qlik-jwt"],
    )
    jwt_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/token.jwt"],
    )

    max_concurrency: FewRequests = Field(
        8,
        description="Most requests to QRS at once, over all instances; fewer while it has trouble.",
        examples=["4"],
    )

    @model_validator(mode="before")
    @classmethod
    def _proxy_port(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("virtual_proxy"):
            return {"port": _PROXY_PORT, **data}
        return data

    @property
    def server_name(self) -> str:
        """The name that the server's certificate must bear."""
        return self.tls_server_name or self.host

    @property
    def client_certificate(self) -> SecretSource | None:
        """Where the client certificate is; None when the way in is a JWT."""
        return secret_source(
            self.client_certificate_secret,
            self.client_certificate_file,
            "QLIK_SENSE__CLIENT_CERTIFICATE",
        )

    @property
    def client_key(self) -> SecretSource | None:
        """Where the separate key is; None when it is in the certificate's file or secret."""
        return secret_source(self.client_key_secret, self.client_key_file, "QLIK_SENSE__CLIENT_KEY")

    @property
    def root_certificate(self) -> SecretSource | None:
        """Where the root certificate is; None means the system's CAs."""
        return secret_source(
            self.root_certificate_secret,
            self.root_certificate_file,
            "QLIK_SENSE__ROOT_CERTIFICATE",
        )

    @property
    def jwt(self) -> SecretSource | None:
        """Where the JSON Web Token is; None when the way in is a client certificate."""
        return secret_source(self.jwt_secret, self.jwt_file, "QLIK_SENSE__JWT")
