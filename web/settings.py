"""Where and how pages are served: [web] and the part of [limits] that the forms need."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Serving:
    """trusted_proxies: networks whose Forwarded headers count. form_origins: sites whose own form may post to us."""

    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: tuple[str, ...] = ()
    static_dir: str = ""
    form_origins: tuple[str, ...] = ()
    metrics_token: str = ""
    subscribe_per_hour: int = 20
