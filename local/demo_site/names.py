"""Names of people as real directories have them: any script, apostrophes, mixed case."""

import random

_FIRST = (
    "Anna", "Björn", "Chloé", "Dmitri", "Elif", "Fátima", "Göran", "Hélène", "Inês", "Jürgen",
    "Katarzyna", "Łukasz", "Mei", "Niamh", "Óscar", "Priya", "Quentin", "Renée", "Søren", "Tomáš",
    "Ursula", "Věra", "Wouter", "Ximena", "Yusuf", "Zoë", "李", "Ольга", "Γιώργος", "نور",
)  # fmt: skip
_LAST = (
    "Andersson", "Björk", "Çelik", "D'Angelo", "Eriksen", "Fernández", "Groß", "Hansen", "İnan",
    "Jönsson", "Kowalski", "Lindström", "Müller", "Nguyễn", "O'Brien", "Petrov", "Quiñones",
    "Rossi", "Schäfer", "Tan", "Ünal", "van der Berg", "Weiß", "Xu", "Yılmaz", "Žižek",  # noqa: RUF001 - that is how they are written
)  # fmt: skip


def person_name(rng: random.Random) -> tuple[str, str]:
    """A first and a last name."""
    return rng.choice(_FIRST), rng.choice(_LAST)


def account_name(rng: random.Random, first: str, last: str, number: int) -> str:
    """A user id that is unique by its number; some with capitals, apostrophes or letters."""
    style = rng.random()
    if style < 0.7:
        return f"user{number}"
    if style < 0.9:
        return f"User.{number}"
    return f"{first}.{last}{number}".replace(" ", "")
