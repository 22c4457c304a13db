"""Holds a running sixin to its own OpenAPI document.

    SIXIN_URL=http://127.0.0.1:8686 SIXIN_APP_KEY=... SIXIN_APP_SECRET=... SIXIN_FRESNS_APP_ID=... \\
    SIXIN_FRESNS_SECRET=... SIXIN_FRESNS_PLATFORM=... SIXIN_FRESNS_AID=... SIXIN_FRESNS_UID=... \\
    SIXIN_FRESNS_TOKEN=... SIXIN_FRESNS_ACCOUNT_AID=... SIXIN_FRESNS_ACCOUNT_TOKEN=... SIXIN_FRESNS3_AID=... \\
    SIXIN_FRESNS3_AID_TOKEN=... SIXIN_FRESNS3_UID=... SIXIN_FRESNS3_UID_TOKEN=... SIXIN_ADMIN_TOKEN=... \\
    python contract.py

Every request is signed for its dialect, so the signing headers are taken out of what is generated: a missing
signature would otherwise be mended here and then count as bad data that was accepted. With SIXIN_FROM and
SIXIN_TO set, every other well-formed request is between these two users, so that successes are judged too.
"""

import itertools
import os
import pathlib
import sys

# Before the import: what hypothesis keeps on disk belongs beside the installed packages, not into the tree.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", f"{sys.prefix}/hypothesis")

import schemathesis
from schemathesis.cli import schemathesis as command_line

import environment
import signing

HERE = pathlib.Path(__file__).resolve().parent
RONGCLOUD = r"^/.+/.*\.json$"
FRESNS = r"^/api/v2/"
FRESNS3 = r"^/api/fresns/v1/"
ADMIN = r"^/admin/v1/"
CREDENTIALS = {
    *("app-key", "nonce", "timestamp", "signature"),
    *("rc-app-key", "rc-nonce", "rc-timestamp", "rc-signature"),
    *("appid", "platformid", "version", "sign", "deviceinfo", "aid", "uid", "token"),
    *("x-fresns-app-id", "x-fresns-client-platform-id", "x-fresns-client-version", "x-fresns-space-id"),
    *("x-fresns-signature", "x-fresns-signature-timestamp"),
    *("x-fresns-aid", "x-fresns-aid-token", "x-fresns-uid", "x-fresns-uid-token"),
}
USER_FIELDS = {
    **dict.fromkeys(("fromUserId", "userId"), "SIXIN_FROM"),
    "requestId": "SIXIN_FROM",
    **dict.fromkeys(("toUserId", "targetId", "blackUserId", "whiteUserId", "uidOrUsername"), "SIXIN_TO"),
}
# Whoever is out of use can't call any more, and the caller of the Fresns dialect has to.
PUT_OUT_OF_USE = {"/user/deactivate.json", "/user/delusers.json"}
# Unknown key, wrong signature, old timestamp; then the codes of a missing, unknown or expired session.
SIGNATURE_CODES = {31301, 31302, 31303, 31501, 31502, 31504, 31505, 31601, 31603}
LOGOUT = "/account/logout"
SIGN_OUT = "DELETE /api/fresns/v1/account/auth-token"
refused_signatures = []
turns = itertools.count()


@schemathesis.auth(refresh_interval=None, retry_on=[]).apply_to(path_regex=RONGCLOUD)
class RongCloudSignature:
    """Signs the requests of a back end."""

    def get(self, case, context):
        return signing.rongcloud_headers(
            environment.setting("SIXIN_APP_KEY"),
            environment.setting("SIXIN_APP_SECRET"),
            signing.fresh_nonce(),
            signing.now_in_milliseconds(),
        )

    def set(self, case, headers, context):
        case.headers.update(headers)


@schemathesis.auth(refresh_interval=None, retry_on=[]).apply_to(path_regex=FRESNS)
class FresnsSignature:
    """Signs the requests of an app whose user is logged in, or only an account where it is about accounts."""

    def get(self, case, context):
        signed = {
            **session(case.operation.path),
            "appId": environment.setting("SIXIN_FRESNS_APP_ID"),
            "platformId": environment.setting("SIXIN_FRESNS_PLATFORM"),
            "timestamp": signing.now_in_milliseconds(),
            "version": "2.0.0",
        }
        return signing.fresns_headers(signed, environment.setting("SIXIN_FRESNS_SECRET"))

    def set(self, case, headers, context):
        case.headers.update(headers)


@schemathesis.auth(refresh_interval=None, retry_on=[]).apply_to(path_regex=FRESNS3)
class Fresns3Signature:
    """Signs the requests of an app of 3.x, whose account and user are signed in."""

    def get(self, case, context):
        # Nobody signs out, and who signs in is not signed in yet.
        is_nobody = case.operation.path.endswith(("/account/login-token", "/account/auth-token"))
        names = () if is_nobody else ("Aid", "Aid-Token", "Uid", "Uid-Token")
        variables = {name: "SIXIN_FRESNS3_" + name.upper().replace("-", "_") for name in names}
        who = {f"X-Fresns-{name}": environment.setting(variable) for name, variable in variables.items()}
        signed = {
            **who,
            "X-Fresns-App-Id": environment.setting("SIXIN_FRESNS_APP_ID"),
            "X-Fresns-Client-Platform-Id": environment.setting("SIXIN_FRESNS_PLATFORM"),
            "X-Fresns-Client-Version": "3.0.0",
            "X-Fresns-Signature-Timestamp": signing.now_in_milliseconds(),
        }
        return signing.fresns3_headers(signed, environment.setting("SIXIN_FRESNS_SECRET"))

    def set(self, case, headers, context):
        case.headers.update(headers)


@schemathesis.auth(refresh_interval=None, retry_on=[]).apply_to(path_regex=ADMIN)
class OperatorToken:
    """Shows the token of an operator."""

    def get(self, case, context):
        return {"Authorization": "Bearer " + environment.setting("SIXIN_ADMIN_TOKEN")}

    def set(self, case, headers, context):
        case.headers.update(headers)


def session(path: str) -> dict[str, str]:
    """Who calls. Nobody leaves: the session that ends would be missing in all that follows."""
    if path.endswith(("/account/login", "/account/register", LOGOUT)):
        return {}
    if path.endswith(("/account/detail", "/user/auth")):
        names = {"aid": "SIXIN_FRESNS_ACCOUNT_AID", "token": "SIXIN_FRESNS_ACCOUNT_TOKEN"}
    else:
        names = {"aid": "SIXIN_FRESNS_AID", "token": "SIXIN_FRESNS_TOKEN", "uid": "SIXIN_FRESNS_UID"}
    return {header: environment.setting(name) for header, name in names.items()}


def is_credential(parameter: dict, document: dict) -> bool:
    """Whether a parameter, given in place or by reference, is one of the signing headers."""
    reference = parameter.get("$ref", "")
    if reference.startswith("#/components/parameters/"):
        name = reference.rsplit("/", 1)[1]
        parameter = document.get("components", {}).get("parameters", {}).get(name, {})
    return parameter.get("in") == "header" and parameter.get("name", "").lower() in CREDENTIALS


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Leaves the signing headers to the signatures above, and live streams, which do not end, to tests of their own."""
    for name in [name for name in raw_schema.get("paths", {}) if name.startswith("/live/")]:
        del raw_schema["paths"][name]
    for path in raw_schema.get("paths", {}).values():
        for holder in [path, *(value for value in path.values() if isinstance(value, dict))]:
            parameters = holder.get("parameters")
            if isinstance(parameters, list):
                holder["parameters"] = [one for one in parameters if not is_credential(one, raw_schema)]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets every other well-formed request be one between users who exist."""
    well_formed = case.meta is not None and case.meta.generation.mode.is_positive
    if not well_formed or not isinstance(case.body, dict) or next(turns) % 2 == 1:
        return
    names = {**USER_FIELDS, "userId": "SIXIN_TO"} if case.operation.path in PUT_OUT_OF_USE else USER_FIELDS
    users = {field: environment.optional(name).split(",")[0] for field, name in names.items()}
    known = {field: user for field, user in users.items() if user and field in case.body}
    if known:
        case.body = {**case.body, **known}


@schemathesis.hook
def after_call(context, case, response):
    """Notes answers which say that the signature or the session was not good enough."""
    if case.operation.path.endswith(LOGOUT) or case.operation.label == SIGN_OUT:
        return
    if response.status_code == 401 or fresns_code(response) in SIGNATURE_CODES:
        refused_signatures.append(f"{case.operation.label}: {response.text}")


def fresns_code(response) -> int | None:
    """The code of a Fresns answer, None for any other answer."""
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer.get("code") if isinstance(answer, dict) else None


def main() -> None:
    """Runs schemathesis in this process; exits with a code other than 0 on any failure."""
    config = str(HERE / "schemathesis.toml")
    base_url = environment.base_url()
    arguments = ["--config-file", config, "run", f"{base_url}/openapi.json", "--url", base_url, "--no-color"]
    try:
        failed = command_line.main(arguments, standalone_mode=False)
    except SystemExit as end:
        failed = end.code
    if refused_signatures:
        # Nothing behind the signature was tested then, however well the refusals kept to the document.
        print(f"{len(refused_signatures)} signed requests were refused, the first: {refused_signatures[0]}")
    sys.exit(1 if failed or refused_signatures else 0)


if __name__ == "__main__":
    main()
