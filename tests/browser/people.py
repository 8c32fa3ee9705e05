"""People who are there from the start; `python -m tests.browser.people 5` makes five.

It writes their names and session cookies as JSON. Signing all of them up through the form would
run into the limit on sign-ups from one address, and is tested once for real.
"""

from __future__ import annotations

import json
import sys

import django


def main(count: int) -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from billing.models import Tier
    from tests.cast import a_person

    # So that downloads are originals; the watermark has tests of its own.
    Tier.objects.update(watermark=Tier.Watermark.OFF)
    people = []
    for number in range(1, count + 1):
        person = a_person(f"visitor{number}", balance=10)
        client = Client()
        client.force_login(person)
        people.append((person.username, client.cookies[settings.SESSION_COOKIE_NAME].value))
    print(json.dumps(people))


if __name__ == "__main__":
    main(int(sys.argv[1]))
