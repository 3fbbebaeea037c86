"""What makes an import impossible."""

from shared.domain.errors import StewardError


class ButlerConfigError(StewardError):
    """A Butler config that can't be imported as it stands; the text names file, line and key."""
