"""Repeats what was not answered, or answered with 5xx.

A message is stored once all the same: all attempts carry the same Idempotency-Key. Each is signed anew, as a strict app
key wants it.
"""

import time
import uuid
from collections.abc import Callable

import httpx

ATTEMPTS = 4


class Retrying(httpx.BaseTransport):
    """Sends a request up to four times over another transport."""

    def __init__(self, transport: httpx.BaseTransport, sign: Callable[[httpx.Request], None]) -> None:
        self.transport = transport
        self.sign = sign

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        for attempt in range(1, ATTEMPTS):
            try:
                answer = self.attempt(request)
                # All of it: an answer that is cut off is none.
                answer.read()
                if answer.status_code < 500:
                    return answer
            # Time-outs are among these, and connections that break.
            except httpx.TransportError:
                pass
            time.sleep(0.1 * 2**attempt)
        return self.attempt(request)

    def attempt(self, request: httpx.Request) -> httpx.Response:
        """One attempt."""
        self.sign(request)
        return self.transport.handle_request(request)

    def close(self) -> None:
        self.transport.close()
