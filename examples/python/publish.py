"""What a back end does: it publishes two messages, reads them back, and finds each once."""

import json
import os
import time

import httpx

from retrying import Retrying
from signing import BackEnd
from sixin_client.api.rongcloud import publish_private_message, query_private_messages
from sixin_client.client import AuthenticatedClient
from sixin_client.models import (
    RongCloudQueryMessages,
    RongCloudError,
    RongCloudHistory,
    RongCloudPublished,
    RongCloudPublish,
)


def setting(name: str) -> str:
    """A setting that must be given."""
    value = os.environ.get(name, "")
    assert value, f"{name} is not set"
    return value


def connect() -> AuthenticatedClient:
    """A client that signs and repeats."""
    app_key = setting("SIXIN_APP_KEY")
    back_end = BackEnd(app_key, setting("SIXIN_APP_SECRET"))
    return AuthenticatedClient(
        base_url=setting("SIXIN_URL"),
        timeout=httpx.Timeout(float(os.environ.get("SIXIN_TIMEOUT_SECONDS", "10"))),
        token=app_key,
        prefix="",
        auth_header_name="App-Key",
        httpx_args={"transport": Retrying(httpx.HTTPTransport(), back_end.sign)},
    )


def publish(client: AuthenticatedClient, sender: str, recipient: str, text: str) -> str:
    """Publishes a text and returns the UID of its message."""
    body = RongCloudPublish(
        from_user_id=sender,
        to_user_id=[recipient],
        object_name="RC:TxtMsg",
        content=json.dumps({"content": text}),
        is_include_sender=1,
    )
    answer = publish_private_message.sync(client=client, body=body)
    assert isinstance(answer, RongCloudPublished), refusal(answer)
    return answer.message_ui_ds[0].message_uid


def texts(client: AuthenticatedClient, user: str, other: str, since: int) -> dict[str, str]:
    """What `user` sees of its conversation with `other`: texts by the UIDs of their messages."""
    body = RongCloudQueryMessages(
        user_id=user,
        target_id=other,
        start_time=since,
        end_time=since + 3_600_000,
        page_size=100,
        include_start=1,
    )
    answer = query_private_messages.sync(client=client, body=body)
    assert isinstance(answer, RongCloudHistory), refusal(answer)
    return {message.message_uid: json.loads(message.content)["content"] for message in answer.data}


def refusal(answer: RongCloudError | object | None) -> str:
    """Why a call was not answered as was hoped."""
    return f"{answer.code}: {answer.error_message}" if isinstance(answer, RongCloudError) else "no answer"


def main() -> None:
    """Publishes and reads."""
    sender, recipient = setting("SIXIN_FROM"), setting("SIXIN_TO")
    # The clocks of two machines differ a little.
    since = time.time_ns() // 1_000_000 - 60_000
    with connect() as client:
        published = {publish(client, sender, recipient, text): text for text in ("first", "你好, second")}
        for user, other in ((sender, recipient), (recipient, sender)):
            seen = texts(client, user, other, since)
            found = {uid: seen.get(uid) for uid in published}
            assert found == published, f"{user} sees {seen}"
            assert sorted(seen.values()).count("first") == 1, f"{user} sees {seen}"
    print("published")


if __name__ == "__main__":
    main()
