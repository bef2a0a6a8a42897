"""What a page says of its entries in markup for machines, as values: JSON-LD, microdata, h-entry.

Values only; `feeds.extraction.jsonld` and `feeds.extraction.microdata` read them, `feeds.extraction.structured` uses
them.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from feeds.extraction.wordlist import listed

Origin: TypeAlias = Literal["json-ld", "microdata", "h-entry"]

# Types of schema.org that are entries of a list. What ends in "Event" or "Article" is one as well.
_ENTRIES = frozenset(
    listed(
        "Article Report BlogPosting LiveBlogPosting SocialMediaPosting DiscussionForumPosting VideoObject "
        "PodcastEpisode Event Dataset DigitalDocument PresentationDigitalDocument TextDigitalDocument CreativeWork "
        "Book Thesis PublicationIssue SpecialAnnouncement JobPosting Review Legislation GovernmentNotice"
    )
)
KINDS = {"Report": "report", "VideoObject": "video", "PodcastEpisode": "audio", "JobPosting": "vacancy"}


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as its page describes it, every text as written (it may be markup); url: absolute, or "".

    type: of schema.org, or "". published: ISO 8601 as a rule. start, end: node orders of its element, 0 for JSON-LD.
    """

    origin: Origin
    type: str = ""
    title: str = ""
    url: str = ""
    published: str = ""
    updated: str = ""
    summary: str = ""
    language: str = ""
    place: str = ""
    author: str = ""
    start: int = 0
    end: int = 0


def is_entry(type: str) -> bool:
    return type in _ENTRIES or type.endswith(("Event", "Article"))


def kind(type: str) -> str | None:
    """Our id for a kind that the type names; an article may be anything."""
    return "event" if type.endswith("Event") else KINDS.get(type)
