"""Signs requests of a back end: the hex SHA-1 of secret, nonce and time, concatenated."""

import hashlib
import secrets
import time

import httpx


class BackEnd:
    """Who calls."""

    def __init__(self, app_key: str, secret: str) -> None:
        self.app_key = app_key
        self.secret = secret

    def sign(self, request: httpx.Request) -> None:
        """Signs with the present time and a new nonce."""
        nonce, timestamp = secrets.token_hex(8), str(time.time_ns() // 1_000_000)
        digest = hashlib.sha1((self.secret + nonce + timestamp).encode()).hexdigest()
        request.headers.update({
            "App-Key": self.app_key,
            "Nonce": nonce,
            "Timestamp": timestamp,
            "Signature": digest,
        })
