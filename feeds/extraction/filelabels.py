"""Tell a link text that names an entry from one that only says what file or language is behind it.

Pure. "PDF (1.2 MB)", "Download English version", "FR" and "Télécharger (340 Ko)" are labels of files: every word of
them is a kind of file, a size, a word for loading or viewing, or a language. Called by `feeds.extraction.words`.
"""

import re

from feeds.extraction import scripts
from feeds.extraction.wordlist import listed
from state.text import folded

_LONGEST = 70  # characters of a label
_TONGUE = re.compile("^(?:ភាសា|ภาษา|ພາສາ)|(?:版|语版|語版)$")
_WORDS = frozenset(
    listed(
        """
        pdf doc docx xls xlsx ppt pptx odt ods rtf csv zip epub mp3 mp4 txt html xml jpg png word excel powerpoint
        b kb mb gb ko mo go kib mib octets bytes кб мб байт size taille pages page pp
        download downloads view open read get see file files document documents version versions text full copy
        télécharger telecharger fichier voir lire consulter herunterladen ansehen datei descargar archivo ver abrir
        baixar arquivo scarica unduh berkas скачать файл pobierz plik stáhnout indir dosya tải tệp xem về
        ดาวน์โหลด ទាញយក تحميل تنزيل ملف הורדה 下载 下載 ダウンロード 다운로드
        in en auf la le the of and et und y e to here new
        summary annex only
        """
    )
)
_NUMBER = re.compile(r"\d+")
_BARE = frozenset(listed("in en auf la le the of and et und y e to here new summary annex only page pages text full"))


def is_file_label(text: str) -> bool:
    """Whether every word of a text belongs to the label of a file: its kind, size, language, or how to get it."""
    if not 0 < len(text) <= _LONGEST:
        return False
    said = folded(text).split()
    words = [word for word in said if not _NUMBER.fullmatch(word)]
    if words == ["version"] and len(words) < len(said):
        return False  # "Version 4.9" is what was published
    return all(word in _WORDS or _is_language(word) for word in words) and not _BARE.issuperset(words)


def _is_language(word: str) -> bool:
    """Whether a word names a language; in scripts without spaces the word for "language" may be part of it."""
    return scripts.is_language(word) or scripts.is_language(_TONGUE.sub("", word))
