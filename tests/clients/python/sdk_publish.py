"""RongCloud's server SDK for Python, unmodified, publishes to one and to several recipients.

Reads SIXIN_URL, SIXIN_APP_KEY, SIXIN_APP_SECRET, SIXIN_FROM and SIXIN_TO (user ids, comma between), prints one line
of JSON with both answers, exits with 1 on anything unexpected. The SDK escapes nothing but the content.
"""

import json
import sys

from rongcloud.rongcloud import RongCloud

import environment


def publish(private, recipients: list[str]) -> dict:
    """One call of the SDK, its answer checked."""
    answer = private.send(
        environment.setting("SIXIN_FROM"), recipients, "RC:TxtMsg", {"content": "Hello from Python: 你好 & + %"}
    )
    # A refusal comes back as bytes: the SDK decodes successes only.
    if not isinstance(answer, dict) or answer.get("code") != 200:
        sys.exit(f"not accepted: {answer!r}")
    answered = [entry.get("userId") for entry in answer.get("messageUIDs", [])]
    if answered != recipients:
        sys.exit(f"messageUIDs are not those of {recipients}: {answer!r}")
    return answer


def main() -> None:
    """Publishes twice and reports."""
    recipients = environment.setting("SIXIN_TO").split(",")
    if len(recipients) < 2:
        sys.exit("SIXIN_TO needs two user ids or more, comma between")
    cloud = RongCloud(
        environment.setting("SIXIN_APP_KEY"), environment.setting("SIXIN_APP_SECRET"), environment.base_url()
    )
    private = cloud.get_message().get_private()
    print(json.dumps({"one": publish(private, recipients[:1]), "several": publish(private, recipients)}))


if __name__ == "__main__":
    main()
