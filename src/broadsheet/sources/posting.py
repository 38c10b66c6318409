"""Posting: sends a JSON object through the one outward door, with all that it refuses."""

import json
from collections.abc import Mapping

from broadsheet.sources.http import FetchFailed, FetchPolicy, post_once


def post_json(
    url: str, body: Mapping[str, object], headers: Mapping[str, str], policy: FetchPolicy
) -> tuple[int, Mapping[str, str], bytes]:
    """POST an object: status, headers (names in lower case) and body of the answer, whatever its status.

    Raises FetchRefused for an address we do not go to, FetchFailed where no whole answer comes, or a redirect: what is
    posted, and the key in its headers, was meant for one address alone.
    """
    content = json.dumps(body).encode()
    answer = post_once(url, content, headers={**headers, "Content-Type": "application/json"}, policy=policy)
    if answer.redirect:
        raise FetchFailed(f"{url}: redirects to {answer.redirect}. Name that address instead.")
    return answer.status, answer.headers, answer.body
