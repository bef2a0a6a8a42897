"""What kind of document an entry is: press release, report, video … from its type line, title, link and words.

Pure. Ids are ours and stay the same in feeds, filters and the store. A type line ("Press release") is the surest;
then the title; then a folder of the link; then what the summary says of itself.
"""

import re
from collections.abc import Mapping

from feeds.extraction.kindwords import CLEAR, NAMES
from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare

_BY_NAME: Mapping[str, str] = {bare(name): kind for kind, names in NAMES.items() for name in listed(names, "|")}
_CLEAR = frozenset(bare(name) for name in listed(CLEAR, "|"))
_HEAD = re.compile(r"\s*(.{3,40}?)\s*(?:[:：|]|\s[-–—]\s)\s*\S")
# A kind, words of which every title that names it has one, and how they must stand.
_IN_TITLE: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (kind, tuple(cues.split()), re.compile(rf"(?:^|\W)(?:{words})(?:\W|$)", re.I))
    for kind, cues, words in (
        ("media-advisory", "advisory alert", r"^media advisory|^press advisory|media alert"),
        ("mou", "memorand mou", r"memorandum of understanding|memoranda of understanding|\bMoU"),
        ("press-release", "release", r"^press release|^news release"),
        ("survey", "survey", r"survey"),
        (
            "report",
            "report rapport jahresbericht informe",
            r"(?:annual|progress|synthesis|final|global|country|mission|status|baseline|monthly|quarterly"
            r"|technical) report|report(?: no\.?)? \d+|reports?$|^report\b|rapport annuel|jahresbericht|informe anual",
        ),
        ("statement", "statement", r"^(?:joint )?statement (?:by|of|on)"),
        ("video", "video", r"^video\b|\(video\)|\[video\]"),
        ("working-paper", "paper", r"working paper|discussion paper"),
        ("brief", "policy fact", r"policy brief|fact ?sheet"),
        ("newsletter", "newsletter", r"newsletter"),
        ("tender", "tenders invitation proposals", r"call for tenders|invitation to bid|request for proposals"),
        ("vacancy", "vacancy", r"^vacancy|vacancy announcement"),
    )
)
_IN_PATH: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"/(?:{words})(?:/|$|\.)", re.I))
    for kind, words in (
        ("video", r"videos?|multimedia/video|tv"),
        ("audio", r"audio|podcasts?"),
        (
            "press-release",
            r"press-?releases?|pressreleases?|pressemitteilungen|communiques(?:-de-presse)?|news-releases?|media-releases?|comunicados(?:-de-prensa)?",
        ),
        ("statement", r"statements?(?:-and-speeches)?"),
        ("speech", r"speeches"),
        ("report", r"reports?"),
        ("publication", r"publications?|resources/publications"),
        ("event", r"events?|meetings?|meetings-and-events"),
        ("tender", r"tenders?|procurement"),
        ("vacancy", r"vacanc(?:y|ies)|jobs"),
        ("article", r"features?|stories|blogs?"),
    )
)
# Most titles and paths name no kind: one look tells.
_CUES = re.compile("|".join(cue for _, cues, _ in _IN_TITLE for cue in cues))
_ANY_PATH = re.compile("|".join(f"(?:{words.pattern})" for _, words in _IN_PATH), re.I)
_SMALL = str.maketrans("İıſ", "iis")  # letters that patterns take for others as well
_VIDEO_REPORT = re.compile(
    r"\b(?:[A-Z][\w&-]* TV|TV|video|film) (?:reports?|shows|looks at|visits|follows)\b|\bwatch the video\b"
)


def of_type_line(text: str) -> str | None:
    """The kind a line names that says nothing else ("Press release"), or None."""
    return _BY_NAME.get(bare(text)) if len(text) <= 45 else None


def of(title: str, url: str | None, summary: str) -> str | None:
    """The kind by title, else by the link's folders, else by what the summary says; None where nothing tells."""
    small = title.lower() if title.isascii() else title.translate(_SMALL).lower()
    for kind, cues, words in _IN_TITLE if _CUES.search(small) else ():
        if any(cue in small for cue in cues) and words.search(title):
            return kind
    if (headed := _headed(title)) is not None:
        return headed
    path = url.split("?")[0] if url else ""
    for kind, words in _IN_PATH if _ANY_PATH.search(path) else ():
        if words.search(path):
            return kind
    shown = "video" in summary or "TV" in summary or "film" in summary  # far quicker than the pattern
    return "video" if shown and _VIDEO_REPORT.search(summary) else None


def _headed(title: str) -> str | None:
    """The kind a title begins with, set off by a colon or a dash: "Joint statement: the ports stay open".

    Of one word only where it means nothing else: "Order: the harbour at night" says nothing about a judgment.
    """
    head = _HEAD.match(title)
    name = bare(head[1]) if head is not None else ""
    return _BY_NAME.get(name) if " " in name or name in _CLEAR else None
