"""The signatures of both dialects, as a client makes them."""

import hashlib
import random
import time


def rongcloud_headers(app_key: str, secret: str, nonce: str, timestamp: str) -> dict[str, str]:
    """SHA-1 over secret, nonce and time, one after the other; neither path nor body is covered."""
    digest = hashlib.sha1((secret + nonce + timestamp).encode()).hexdigest()
    return {"App-Key": app_key, "Nonce": nonce, "Timestamp": timestamp, "Signature": digest}


def fresns_headers(signed: dict[str, str], secret: str) -> dict[str, str]:
    """MD5 over the sorted `name=value` of what is present, with the secret at the end."""
    present = {name: value for name, value in signed.items() if value}
    text = "&".join(f"{name}={present[name]}" for name in sorted(present))
    digest = hashlib.md5(f"{text}&key={secret}".encode()).hexdigest()
    return {**present, "sign": digest, "deviceInfo": "{}"}


def fresns3_headers(signed: dict[str, str], secret: str) -> dict[str, str]:
    """SHA-256 over the same, as clients of 3.x write it."""
    present = {name: value for name, value in signed.items() if value}
    text = "&".join(f"{name}={present[name]}" for name in sorted(present))
    digest = hashlib.sha256(f"{text}&AppKey={secret}".encode()).hexdigest()
    return {**present, "X-Fresns-Signature": digest}


def now_in_milliseconds() -> str:
    """The time all of them sign."""
    return str(time.time_ns() // 1_000_000)


def fresh_nonce() -> str:
    """A nonce that a server with replay protection has not seen."""
    return str(random.SystemRandom().randrange(10**12))
