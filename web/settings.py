"""Where and how pages are served: [web] and the part of [limits] that the forms need."""

from dataclasses import dataclass

READ_TIMEOUT = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Serving:
    """trusted_proxies: networks whose Forwarded headers count. form_origins: sites whose own form may post to us.

    subscribe_per_hour: requests of one client; subscribe_total_per_hour: of all together; 0 = no limit.
    read_timeout: seconds that the body of a form may take. answer_after: seconds that
        an answer about an address takes at least, so that its time does not tell who is known.
    approval: editions wait for the admin's, so that new readers get no sample of what was not approved.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: tuple[str, ...] = ()
    static_dir: str = ""
    form_origins: tuple[str, ...] = ()
    metrics_token: str = ""
    subscribe_per_hour: int = 20
    subscribe_total_per_hour: int = 1000
    read_timeout: float = READ_TIMEOUT
    answer_after: float = 0.3
    approval: bool = False
