"""Verifies what a receiver got with the published library, and that something else is refused."""

import json
import os
import sys

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["SIXIN_WEBHOOK_SECRET"])
headers = json.loads(os.environ["SIXIN_WEBHOOK_HEADERS"])
body = os.environ["SIXIN_WEBHOOK_BODY"]

event = webhook.verify(body, headers)
assert event["type"] == "message.created", event

for forged, forged_headers in [
    (body.replace("alice", "carol"), headers),
    (body, {**headers, "webhook-id": "msg_1"}),
    (body, {**headers, "webhook-timestamp": "1614265330"}),
]:
    try:
        webhook.verify(forged, forged_headers)
    except WebhookVerificationError:
        continue
    sys.exit("something forged was taken")
