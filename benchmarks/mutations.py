"""How much of what is found stays when a page changes in ways that change nothing for its readers."""

import random

from benchmarks import corpus
from tests.feeds.extraction import mutations

_MOST = 250_000  # bytes: larger pages take too long, times the number of mutations
_SEED = 7


def run() -> None:
    for name, pages in (("pages of the tests", corpus.pages()), ("real pages", corpus.real_pages())):
        small = [page for page in pages if len(page.body) <= _MOST]
        if not small:
            continue
        print(f"{len(small)} {name}")
        print(
            f"  {'as they are':20}  {corpus.summary(corpus.score(page.truth, corpus.found_in(page)) for page in small)}"
        )
        whole = [(page, mutations.whole(corpus.text_of(page))) for page in small]
        for change in mutations.MUTATIONS:
            scores = (
                corpus.score(page.truth, corpus.found_in(page, change(markup, random.Random(_SEED))))
                for page, markup in whole
            )
            print(f"  {change.__name__.replace('_', ' '):20}  {corpus.summary(scores)}")
