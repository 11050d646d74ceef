"""fetch.py URL SECONDS SOURCE...: fetches the page once from each source address; prints the bodies as a JSON list."""

import http.client
import json
import sys
from urllib.parse import urlsplit


def fetch(url: str, seconds: float, source: str) -> str | None:
    """None: no whole answer of status 200 within the time."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port or 80, timeout=seconds, source_address=(source, 0))
    try:
        connection.request("GET", place.path)
        answer = connection.getresponse()
        return answer.read().decode().strip() if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


print(json.dumps([fetch(sys.argv[1], float(sys.argv[2]), source) for source in sys.argv[3:]]))
