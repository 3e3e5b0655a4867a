# packages: python-dateutil six
"""Dates read, repeated and moved."""
import datetime

from dateutil import easter, parser, relativedelta, rrule, tz

for text in ("2003-09-25T10:49:41.5-03:00", "Thu Sep 25 10:36:28 2003", "10 July 2021 5pm", "20210704", "1/2/03"):
    print(parser.parse(text).isoformat())
day = datetime.datetime(2020, 1, 31)
print(day + relativedelta.relativedelta(months=1), relativedelta.relativedelta(datetime.date(2021, 3, 1), day.date()), easter.easter(2024))
print([d.day for d in rrule.rrule(rrule.MONTHLY, count=5, bymonthday=-1, dtstart=day)])
print(rrule.rrulestr("FREQ=WEEKLY;COUNT=3;BYDAY=TU,TH", dtstart=day)[:], tz.tzoffset("X", 3600).utcoffset(day))
for bad in ("nothing", "2020-13-45"):
    try:
        parser.parse(bad)
    except ValueError as error:
        print(type(error).__name__)
