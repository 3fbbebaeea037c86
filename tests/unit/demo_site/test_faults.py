import pytest

from local.demo_site import faults as f
from local.demo_site.faults import Faults

PATH = "/qrs/license/analyzeraccesstype/9e403391-58a7-4442-ada7-c54dc8906016"
ROUTE = "/qrs/license/analyzeraccesstype/{id}"


def _struck(faults: Faults, method: str = "GET", path: str = PATH, route: str = ROUTE) -> bool:
    return bool(faults.strike(method, path, route))


def test_a_fault_is_for_its_method_and_path() -> None:
    """The path may be a pattern, a route with {id}, or the very path."""
    for path in ("/qrs/license/*", ROUTE, PATH, "*"):
        faults = Faults()
        faults.inject(f.Drop(), method="DELETE", path=path)
        assert _struck(faults, "DELETE")
        assert not _struck(faults, "GET")
        assert _struck(faults, "DELETE", "/qrs/about", "/qrs/about") is (path == "*")


def test_skip_and_times_say_when() -> None:
    """The first ones go well, then it strikes so many times."""
    faults = Faults()
    injection = faults.inject(f.status(503), skip=2, times=2)
    assert [_struck(faults) for _ in range(6)] == [False, False, True, True, False, False]
    assert injection.hits == 2


def test_a_share_repeats_with_its_seed() -> None:
    """About the share is struck, and the same ones every time."""

    def run() -> list[bool]:
        faults = Faults(seed=7)
        faults.inject(f.status(500), share=0.1)
        return [_struck(faults) for _ in range(1000)]

    assert run() == run()
    assert 50 < sum(run()) < 150


def test_faults_can_be_switched_off() -> None:
    """One by one, or all."""
    faults = Faults()
    first = faults.inject(f.Drop())
    faults.inject(f.Delay(0))
    faults.remove(first)
    assert faults.strike("GET", PATH, ROUTE) == [f.Delay(0)]
    faults.clear()
    assert not _struck(faults)


def test_a_share_beyond_one_is_refused() -> None:
    """10 would be meant as percent."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        Faults().inject(f.Drop(), share=10)
