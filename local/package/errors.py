"""What stops a package from being built or passed on."""


class PackageError(RuntimeError):
    """The package can't be built, or is not what may be deployed; the text says what to do."""
