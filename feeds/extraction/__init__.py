"""Documents into entries: a pure function from bytes to records, in many small files (see
`feeds.extraction.reading`).
"""

from feeds.extraction.reading import extract

__all__ = ["extract"]
