"""The failures that use cases tell apart. Every message is one sentence for the operator."""


class StewardError(Exception):
    """A failure with a message that says what is wrong and what to do."""


class SettingsError(StewardError):
    """App settings that can't be read, contradict each other or are out of range."""


class SecretError(StewardError):
    """A secret that could not be read, or holds something else than it should."""


class CertificateError(SecretError):
    """A certificate or key that can't be used: unreadable, expired, encrypted, not a pair."""


class QrsError(StewardError):
    """The Repository Service could not be asked, or its answer can't be trusted."""


class QrsUnavailableError(QrsError):
    """QRS did not answer, or kept answering 429/5xx: it is worth trying again later."""


class QrsDeniedError(QrsError):
    """QRS answered, and refused: certificate, account, rights, login page, virtual proxy."""


class QrsAnswerError(QrsError):
    """QRS answered something that is not what was asked for: partial, wrong type, not JSON."""


class NoSlotError(QrsError):
    """QRS was not asked, for other instances use all requests that it may get at once."""


class HeldBackError(QrsError):
    """A change was not sent: when its turn came, it was not wanted any more."""


class QmsError(StewardError):
    """The QlikView Management Service could not be asked, or its answer can't be used."""


class QmsUnavailableError(QmsError):
    """QMS did not answer: it is worth trying again later."""


class QmsDeniedError(QmsError):
    """QMS answered, and refused: wrong password, a missing group, a missing role."""


class QmsAnswerError(QmsError):
    """QMS answered something else than what was asked for: HTML, hostile or broken XML."""


class NoLeasesError(StewardError):
    """There is nothing to tell about leases: none were collected, or nobody has that name."""


class PartialReadError(StewardError):
    """What was read may not be all there is, so nothing may be planned on it."""


class LedgerError(StewardError):
    """The ledger (Azure Tables) could not be read or written."""


class MessageQueueError(StewardError):
    """A message could not be put into the queue of release candidates."""


class PointsError(StewardError):
    """Points could not be written to the time series store."""
