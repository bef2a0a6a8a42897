"""Decide what may become of a subscriber: who asked, who agreed, who left.

Pure: states and events in, states out. `mail.steps` does it by compare-and-set.
The surprising rule: nobody but the person brings back somebody who left, not
even the admin (DESIGN, "Leaving").
"""

from typing import Literal, TypeAlias, get_args

State: TypeAlias = Literal["pending", "confirmed", "paused", "suppressed", "left"]
Event: TypeAlias = Literal["ask", "admit", "confirm", "pause", "resume", "leave", "suppress", "lift"]
STATES: tuple[State, ...] = get_args(State)

# ask: somebody typed the address in; admit: the admin vouches for a consent given elsewhere;
# confirm: the person pressed the button of a confirmation mail; suppress: bounces or a complaint.
_NEXT: dict[tuple[str | None, Event], State] = {
    (None, "ask"): "pending",
    (None, "admit"): "confirmed",
    ("pending", "ask"): "pending",
    ("pending", "admit"): "confirmed",
    ("pending", "confirm"): "confirmed",
    ("pending", "leave"): "left",
    ("pending", "suppress"): "suppressed",
    ("confirmed", "ask"): "confirmed",
    ("confirmed", "admit"): "confirmed",
    ("confirmed", "confirm"): "confirmed",
    ("confirmed", "pause"): "paused",
    ("confirmed", "leave"): "left",
    ("confirmed", "suppress"): "suppressed",
    ("paused", "ask"): "paused",
    ("paused", "admit"): "paused",
    ("paused", "confirm"): "confirmed",
    ("paused", "resume"): "confirmed",
    ("paused", "leave"): "left",
    ("paused", "suppress"): "suppressed",
    ("suppressed", "ask"): "pending",
    ("suppressed", "lift"): "confirmed",
    ("suppressed", "leave"): "left",
    ("left", "ask"): "pending",
}


def after(state: str | None, event: Event) -> State | None:
    """The state that follows; None where the event is not allowed. state: None for an address not yet known."""
    return _NEXT.get((state, event))


def before(event: Event) -> tuple[str, ...]:
    """The states in which an event is allowed: what a compare-and-set expects."""
    return tuple(state for state, what in _NEXT if what == event and state is not None)
