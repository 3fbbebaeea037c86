"""The catalogues of metrics and spans hold together."""

from shared.domain import spans
from shared.domain.metrics import METRICS
from shared.domain.spans import CATALOGUE


def test_every_metric_is_made_of_dimensions_that_its_event_has() -> None:
    """A number that an event does not carry would never arrive."""
    for metric in METRICS:
        wanted = {*metric.attributes, *([metric.dimension] if metric.dimension else [])}
        assert wanted <= set(metric.event.dimensions), metric.name
        assert not set(metric.fixed) & set(metric.attributes), metric.name


def test_metrics_of_one_name_are_of_one_kind_and_tell_their_series_apart_alike() -> None:
    """Two events may feed one metric; its unit and its attributes are the same for both."""
    shapes: dict[str, set[object]] = {}
    for metric in METRICS:
        names = frozenset({*metric.attributes, *metric.fixed})
        shapes.setdefault(metric.name, set()).add((metric.kind, metric.unit, names))
    assert {name for name, found in shapes.items() if len(found) > 1} == set()


def test_no_metric_has_a_series_for_each_person_plan_or_license() -> None:
    """Such series never end, and a person's would be personal data."""
    for metric in METRICS:
        assert not {"plan_id", "license_id", "user", "message_id", "detail"} & set(
            metric.attributes
        )


def test_span_names_are_unique_and_name_the_site() -> None:
    """A query by name must find one kind of work."""
    assert len({kind.name for kind in CATALOGUE}) == len(CATALOGUE) == 7
    assert all("site" in kind.attributes for kind in CATALOGUE)
    assert spans.RELEASE_LICENSE in CATALOGUE
