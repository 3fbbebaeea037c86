"""What can't be imported, all of it in one error."""

from dataclasses import dataclass, field

from local.butler.errors import ButlerConfigError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something a person has to put right; `key` in Butler's own writing."""

    line: int
    key: str
    text: str


@dataclass(slots=True)
class Problems:
    """Collects while the config is read."""

    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, key: str, text: str) -> None:
        """Remember one; the text goes on after the key and ends without a full stop."""
        problem = Problem(line, key, text)
        if problem not in self.found:  # blocks are read more than once
            self.found.append(problem)

    def error(self, name: str) -> ButlerConfigError:
        """Everything that was found, in the order of the file."""
        lines = [f"line {each.line}, {each.key} {each.text}." for each in sorted(self.found)]
        if len(lines) == 1:
            return ButlerConfigError(f"{name}, {lines[0]}")
        listed = "".join(f"\n- {line}" for line in lines)
        return ButlerConfigError(f"{name}: {len(lines)} things can't be imported:{listed}")
