"""The settings of QlikView: how to reach its management service, and the rules of leases."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from shared.domain.secret_sources import SecretSource
from shared.settings.fields import Takes, choice
from shared.settings.group import Group, needed, secret_source
from shared.settings.kinds import (
    Account,
    Farm,
    FewMachines,
    Hours,
    PeriodDays,
    QmsUrl,
    SecretName,
    SecretPath,
    StaticTags,
    Switch,
)

QMS_APIS = ("11", "12", "12.2", "12.3", "12.4", "12.5", "12.6", "12.7")
QmsApi = Annotated[
    Literal["11", "12", "12.2", "12.3", "12.4", "12.5", "12.6", "12.7"],
    BeforeValidator(choice(*QMS_APIS)),
    Takes(f"one of {', '.join(QMS_APIS)}", blank_is_unset=True),
]


class QlikViewSettings(Group):
    """How to reach the QlikView Management Service."""

    url: QmsUrl = Field(
        description="Address of the QlikView Management Service (QMS). Without the `QLIKVIEW__` "
        "settings no leases are read.",
        examples=["http://qlikview.example.com:4799/QMS/Service"],
    )
    api: QmsApi = Field(
        "12",
        description="QMS interface to speak: 11 and 12 are understood by every later version, "
        "the others show what came with that version.",
        examples=["12.7"],
    )
    user: Account = Field(
        description="Windows account that may use the QMS API.",
        examples=["DOMAIN\\license-steward"],
    )
    password_secret: SecretName | None = Field(
        None,
        description="Password of the account. This or the file is required as soon as QlikView "
        "is used.",
        examples=["qlikview-password"],
    )
    password_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/qlikview.password"],
    )

    root_certificate_secret: SecretName | None = Field(
        None,
        description="Root certificate (PEM) that signed the server's, when the address is https; "
        "the system's CAs when not given. The server is always verified.",
        examples=["qlikview-root-certificate"],
    )
    root_certificate_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/qlikview-root.pem"],
    )

    @property
    def root_certificate(self) -> SecretSource | None:
        """Where the root certificate is; None for the system's CAs."""
        return secret_source(
            self.root_certificate_secret,
            self.root_certificate_file,
            "QLIKVIEW__ROOT_CERTIFICATE",
        )

    @property
    def password(self) -> SecretSource:
        """Where the password is."""
        source = secret_source(self.password_secret, self.password_file, "QLIKVIEW__PASSWORD")
        return needed(source, "QLIKVIEW__PASSWORD")


class LeaseSettings(Group):
    """The rules of QlikView license leases, which differ between QlikView versions."""

    machines_per_user: FewMachines = Field(
        2, description="Machines on which one user can hold a lease.", examples=["2"]
    )
    period_days: PeriodDays = Field(
        30, description="Days that a lease lasts after the last contact.", examples=["30"]
    )
    block_hours: Hours = Field(
        24,
        description="Hours after the last contact for which a lease slot can't go to another "
        "machine, where QlikView gives slots away before the period is over.",
        examples=["24"],
    )
    farm: Farm = Field(
        default_factory=dict,
        description="Machines of the Citrix farm, by name or as machine id and name.",
        examples=['["CTX01","CTX02"]'],
    )
    personal_names: Switch = Field(
        default=False,
        description="Write users by name into points; else each user has a pseudonym there.",
        examples=["true"],
    )
    static_tags: StaticTags = Field(
        default_factory=dict,
        description="Tags of the QlikView points; they add to STATIC_TAGS or override them.",
        examples=['{"feature":"leases"}'],
    )
