"""What a feed says of when to ask again."""

import pytest
from lxml import etree

from feeds.extraction.feedpace import pace
from state.records import Pace

SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("", Pace()),
        ("<ttl>90</ttl>", Pace(5400)),
        ("<ttl>soon</ttl>", Pace()),
        ("<ttl>-5</ttl>", Pace()),
        ("<ttl>999999999</ttl>", Pace(30 * 86_400)),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", Pace(86_400)),
        ("<sy:updatePeriod> Hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", Pace(1800)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", Pace(86_400)),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", Pace()),
        ("<skipHours><hour>0</hour><hour>23</hour><hour>24</hour><hour>99</hour></skipHours>", Pace(0, (0, 23))),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>Caturday</day></skipDays>", Pace(0, (), (5, 6))),
        ("<skipHours/><skipDays><day/></skipDays>", Pace()),
    ],
)
def test_what_a_channel_says_is_read_as_far_as_it_makes_sense(channel: str, told: Pace) -> None:
    assert pace(etree.fromstring(f"<channel {SY}>{channel}<!-- more --></channel>")) == told
