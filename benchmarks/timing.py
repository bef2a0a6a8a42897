"""Time two ways of doing one thing in turn, so that a drifting machine treats both alike."""

import statistics
import time
from collections.abc import Callable


def rate(work: Callable[[], object], seconds: float = 0.5) -> float:
    """Calls a second, over at least `seconds` and three calls."""
    done, began = 0, time.perf_counter()
    while done < 3 or time.perf_counter() - began < seconds:
        work()
        done += 1
    return done / (time.perf_counter() - began)


def pair(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 5) -> tuple[float, float, float]:
    """Median calls a second of both, and the median of the ratios of each round."""
    rounds_of = [(rate(ours), rate(theirs)) for _ in range(rounds)]
    return (
        statistics.median(one for one, _ in rounds_of),
        statistics.median(other for _, other in rounds_of),
        statistics.median(one / other for one, other in rounds_of),
    )
