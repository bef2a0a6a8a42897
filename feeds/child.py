"""The main loop of a reading process: frames in on stdin, answers out on stdout (`feeds.children` starts it).

Knows no network, no store, no clock. Limits itself before it reads anything: address space for its whole life,
processor time anew for each document. Only frames go to stdout, so what a library prints goes nowhere. It ends when
stdin does.
"""

import gc
import os
import resource
import sys
import traceback
from typing import BinaryIO

from feeds.children import LENGTHS, Answer, Document, Order, frame
from feeds.extraction import extract
from feeds.extraction.explain import explain
from state import codec
from state.records import Extraction, Unreadable


def main(arguments: list[str]) -> None:
    """arguments: seconds of processor time for one document, bytes of address space."""
    cpu, memory = int(arguments[0]), int(arguments[1])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # a document lives briefly: walking all of its nodes again and again costs more than it frees
    while (order := _order(sys.stdin.buffer)) is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        answers.write(frame(codec.encode(_answer(*order))))
        answers.flush()
        gc.collect()
        gc.freeze()  # what stays is word lists and code: the next collection need not walk it again


def _order(orders: BinaryIO) -> tuple[Order, bytes] | None:
    lengths = orders.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    header, body = LENGTHS.unpack(lengths)
    order = codec.decode(orders.read(header), Order)
    return order, orders.read(body)


def _answer(order: Order, body: bytes) -> Answer:
    document = Document(
        order.url, body, order.content_type, order.kind, order.language, order.timezone, order.select, order.known
    )
    try:
        found, explanation = explain(document, order.now) if order.explain else (extract(document, order.now), None)
    except MemoryError:
        return Answer(
            unreadable=Unreadable(
                "reading the document needs more memory than is allowed; look at its source, or raise the limit"
            )
        )
    except Exception as error:  # a fault of ours costs one document, and says where it is
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
        reason = f"{type(error).__name__}: {error} at {where} while reading the document; report this with its address"
        return Answer(unreadable=Unreadable(reason))
    return Answer(found, None, explanation) if isinstance(found, Extraction) else Answer(unreadable=found)


if __name__ == "__main__":
    main(sys.argv[1:])
