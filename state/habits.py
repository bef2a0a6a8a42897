"""What is kept of a source so that its next poll can be chosen: its rhythm, its own wishes, where it says it moved.

Values only; they are learnt in `feeds.rhythm` and `feeds.whereabouts` and kept with the source (state/sources.py).
"""

from dataclasses import dataclass, field
from datetime import datetime

from state.records import Pace


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When news of a source arrived: counts by local hour (24) and weekday (7), old ones weighing less.

    since: when counting began. at: when the counts were true; they fade from then on.
    """

    since: datetime
    at: datetime
    hours: tuple[float, ...]
    days: tuple[float, ...]

    @property
    def count(self) -> float:
        return sum(self.hours)


@dataclass(frozen=True, slots=True)
class Moved:
    """A permanent redirect that polls in a row have shown."""

    to: str
    since: datetime
    polls: int


@dataclass(frozen=True, slots=True)
class Pacing:
    """All of it. rhythm, moved: None where nothing is known. unannounced: when news last came untold by its hub."""

    rhythm: Rhythm | None = None
    pace: Pace = field(default_factory=Pace)
    moved: Moved | None = None
    unannounced: datetime | None = None
