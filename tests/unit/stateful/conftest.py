"""How long the searches are: short in `make test`, long with HYPOTHESIS_PROFILE=long."""

from hypothesis import HealthCheck, settings

_SLOW_BY_NATURE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile(
    "short",
    max_examples=1000,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=_SLOW_BY_NATURE,
)
settings.register_profile(
    "long",
    max_examples=12_000,
    stateful_step_count=70,
    deadline=None,
    print_blob=True,
    suppress_health_check=_SLOW_BY_NATURE,
)
