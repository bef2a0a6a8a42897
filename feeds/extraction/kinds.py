"""What kind of document an entry is: press release, report, video … from its type line, title, link and words.

Pure. Ids are ours and stay the same in feeds, filters and the store. A type line ("Press release") is the surest;
then the title; then a folder of the link; then what the summary says of itself.
"""

import re
from collections.abc import Mapping

from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare

# In the order in which they are looked for in a title: the more specific first.
_NAMES: Mapping[str, str] = {
    "press-release": "press release|press releases|news release|media release|pressemitteilung|pressemeldung"
    "|communique de presse|comunicado de prensa"
    "|nota de prensa|comunicato stampa|nota de imprensa|persbericht|siaran pers|thong cao bao chi|пресс релиз"
    "|пресреліз|ข่าวประชาสัมพันธ์|សេចក្តីប្រកាសព័ត៌មាន"
    "|pressmeddelande|pressemelding|pressemeddelelse|basin bulteni|komunikat prasowy|tiskova zprava",
    "media-advisory": "media advisory|press advisory|media alert|note to editors|note to correspondents|avis aux "
    "medias",
    "mou": "memorandum of understanding|mou|protocole d accord|memorando de entendimiento",
    "statement": "statement|joint statement|declaration|stellungnahme|declaracion|dichiarazione|erklarung",
    "speech": "speech|address|remarks|keynote|rede|discours|discurso",
    "video": "video|videos|film|video report|multimedia",
    "audio": "audio|podcast|radio",
    "survey": "survey|survey report|umfrage|enquete|encuesta|household survey",
    "report": "report|annual report|progress report|synthesis report|technical report|bericht|jahresbericht"
    "|rapport|informe|relatorio|rapporto|laporan|отчет|доклад|звіт"
    "|របាយការណ៍|รายงาน|bao cao",
    "brief": "policy brief|brief|fact sheet|factsheet|infographic|backgrounder|information note",
    "working-paper": "working paper|discussion paper|research paper|paper|arbeitspapier",
    "publication": "publication|publications|book|guide|manual|handbook|toolkit|brochure|training manual"
    "|guidelines|publikation|veroffentlichung",
    "newsletter": "newsletter|bulletin|rundbrief",
    "notice": "notice|public notice|announcement|circular|bekanntmachung|avis|aviso|anuncio|pengumuman|公告|通知",
    "tender": "tender|call for tenders|invitation to bid|request for proposals|rfp|procurement notice"
    "|ausschreibung|appel d offres|licitacion",
    "vacancy": "vacancy|job opening|vacancy announcement|stellenangebot|offre d emploi",
    "event": "event|events|conference|workshop|seminar|webinar|meeting|veranstaltung|evenement|evento",
    "decision": "decision|judgment|judgement|opinion|ruling|order|urteil|arret|sentencia",
    "interview": "interview|entrevista|entretien|intervista",
    "article": "article|feature|feature article|feature story|story|blog|blog post|artikel|articulo|articolo"
    "|reportage|analysis|op ed|opinion piece|commentary",
    "news": "news|news item|news and articles|nachrichten|meldung|actualite|noticia|noticias|notizia|nyhet|nieuws"
    "|berita|новости|новость|ข่าว|ព័ត៌មាន|新闻|新聞|ニュース|뉴스",
}
_BY_NAME: Mapping[str, str] = {bare(name): kind for kind, names in _NAMES.items() for name in listed(names, "|")}
_IN_TITLE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?:^|\W)(?:{words})(?:\W|$)", re.I))
    for kind, words in (
        ("media-advisory", r"^media advisory|^press advisory|media alert"),
        ("mou", r"memorandum of understanding|memoranda of understanding|\bMoU"),
        ("press-release", r"^press release|^news release"),
        ("survey", r"survey"),
        (
            "report",
            r"(?:annual|progress|synthesis|final|global|country|mission|status|baseline|monthly|quarterly"
            r"|technical) report|report(?: no\.?)? \d+|reports?$|^report\b|rapport annuel|jahresbericht|informe anual",
        ),
        ("statement", r"^(?:joint )?statement (?:by|of|on)"),
        ("video", r"^video\b|\(video\)|\[video\]"),
        ("working-paper", r"working paper|discussion paper"),
        ("brief", r"policy brief|fact ?sheet"),
        ("newsletter", r"newsletter"),
        ("tender", r"call for tenders|invitation to bid|request for proposals"),
        ("vacancy", r"^vacancy|vacancy announcement"),
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
_ANY_TITLE, _ANY_PATH = (
    re.compile("|".join(f"(?:{words.pattern})" for _, words in known), re.I) for known in (_IN_TITLE, _IN_PATH)
)
_VIDEO_REPORT = re.compile(
    r"\b(?:[A-Z][\w&-]* TV|TV|video|film) (?:reports?|shows|looks at|visits|follows)\b|\bwatch the video\b"
)


def of_type_line(text: str) -> str | None:
    """The kind a line names that says nothing else ("Press release"), or None."""
    return _BY_NAME.get(bare(text)) if len(text) <= 45 else None


def of(title: str, url: str | None, summary: str) -> str | None:
    """The kind by title, else by the link's folders, else by what the summary says; None where nothing tells."""
    for kind, words in _IN_TITLE if _ANY_TITLE.search(title) else ():
        if words.search(title):
            return kind
    path = url.split("?")[0] if url else ""
    for kind, words in _IN_PATH if _ANY_PATH.search(path) else ():
        if words.search(path):
            return kind
    return "video" if _VIDEO_REPORT.search(summary) else None
