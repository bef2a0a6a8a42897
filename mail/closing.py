"""Close a topic for its readers: end its subscriptions and take back mail that has not gone out.

Called by the CLI. What a withdrawn message also held under other topics is owed
again and comes with the next digest; what it held under this topic alone does not.
"""

from datetime import datetime

from sqlalchemy import Connection

from mail import steps
from state import subscribers, subscriptions, topics


def close_topic(db: Connection, topic_id: str, *, by: str, now: datetime) -> int:
    """Close a topic in one transaction with its subscriptions, with any facets. Returns how many these were.

    Raises NotFound. Cost: a few statements per reader of the topic.
    """
    topics.close_topic(db, topic_id, now)
    rows = subscriptions.listed(db, topic=topic_id)
    people = subscribers.of_ids(db, list({row.subscriber for row in rows}))
    for row in rows:
        subscriptions.remove(db, row.subscriber, row.topic)
        subscribers.log(db, row.subscriber, at=now, by=by, what=f"the topic {row.topic} was closed")
    for person in people.values():
        steps.take_back(db, person, now)
        steps.set_slots(db, person, now)
    return len(rows)
