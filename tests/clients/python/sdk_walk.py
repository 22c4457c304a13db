"""RongCloud's server SDK for Python, unmodified: every call it has, each once or more.

Reads what sdk_publish.py reads, with two users in SIXIN_TO, makes a user named dora, and exits with 1 on the first
answer that is not the one expected. Prints one line of JSON: how many kinds of call were answered, and how many were
refused because they are not for two users.

What can't work, as sixin is for one-to-one messages, is refused with 1009, whatever the arguments:

- group.*, chatroom.*: groups and chat rooms
- message.Group.*, message.Chatroom.*, message.System.*, message.Message.broadcast: messages to others than one user
- user.Tag.*: tags of users, which are for pushes
- push.Push.*: pushes, and broadcasts to all devices

What the SDK itself can't do: a template with a quote in its text, or one that is a text already (its JSON breaks), and a
parameter other than the content with `&`, `+` or `%` in it (it escapes none).
"""

import inspect
import json
import sys

from rongcloud.rongcloud import RongCloud

import environment

NOT_ONE_TO_ONE = ("group.", "chatroom.", "message.Group.", "message.Chatroom.", "message.System.", "user.Tag.", "push.")
BROADCAST = "message.Message.broadcast"
# It sends nothing.
LOCAL = "message.Message.set_user_info"
BAD_PARAMETER, NOBODY, ONE_TO_ONE_ONLY = 1003, 1004, 1009
TEXT = "RC:TxtMsg"
# What a call that can't work is given, by the names of its parameters.
ARGUMENTS = {
    **dict.fromkeys(("user_id", "from_user_id"), "alice"),
    **dict.fromkeys(("group_id", "to_group_id", "room_id", "to_chatroom_id", "chatroom_id"), "somewhere"),
    **dict.fromkeys(("group_ids", "to_group_ids", "room_ids"), ["somewhere"]),
    **dict.fromkeys(("user_ids", "to_user_ids", "tags", "tags_or", "obj_names"), ["bob", "carol"]),
    **dict.fromkeys(("group_info_list", "room_info_list"), [("somewhere", "name")]),
    **dict.fromkeys(("minute", "count", "order", "sent_time", "ios_content_available", "ios_badge"), 1),
    **dict.fromkeys(("ios_extras", "android_extras"), {"k": "v"}),
    **{"content": {"content": "hi"}, "values": [{"{n}": "B"}], "platforms": ["ios"], "is_to_all": False},
    **{"object_name": TEXT, "uid": "5FGT-7VA9-G4DD-4V5P"},
}

called = set()


def kind(method) -> str:
    """How the script names a call: module, class and method."""
    part = type(method.__self__)
    return f"{part.__module__.rsplit('.', 1)[-1]}.{part.__name__}.{method.__name__}"


def calls_of(part):
    """Every call of the SDK below a part of it."""
    for name, method in inspect.getmembers(part, inspect.ismethod):
        if name.startswith("get_"):
            yield from calls_of(method())
        elif not name.startswith("_"):
            yield method


def answer_of(method, *arguments, **named):
    """What a call brought; a refusal comes back as bytes, for the SDK decodes successes only."""
    called.add(kind(method))
    return method(*arguments, **named)


def ok(method, *arguments, **named) -> dict:
    """The answer of a call that must go well, without its code."""
    answer = answer_of(method, *arguments, **named)
    if not isinstance(answer, dict) or answer.pop("code", None) != 200:
        sys.exit(f"{kind(method)} was not accepted: {answer!r}")
    return answer


def refused(code: int, method, *arguments, **named) -> None:
    """A call that the server must refuse with this code, and with a text."""
    answer = answer_of(method, *arguments, **named)
    body = json.loads(answer) if isinstance(answer, bytes) else answer
    if not isinstance(answer, bytes) or body["code"] != code or not body["errorMessage"]:
        sys.exit(f"{kind(method)} was to be refused with {code}: {answer!r}")


def same(found, expected) -> None:
    """Both must be equal."""
    if found != expected:
        sys.exit(f"found {found!r}, not {expected!r}")


def users(user) -> None:
    """A user is made, renamed, banned and put on lists."""
    token = ok(user.register, "dora", "Dora 你", "https://example.com/d.png")
    same((token["userId"], bool(token["token"])), ("dora", True))
    # The SDK takes a name for optional, which it is not.
    refused(BAD_PARAMETER, user.register, "dora")
    same(ok(user.update, "dora", "Dora B"), {})
    found = ok(user.query, "dora")
    same((found["userName"], found["userPortrait"]), ("Dora B", "https://example.com/d.png"))
    same(len(found["createTime"]), len("2016-05-24 10:38:19"))
    refused(NOBODY, user.query, "nobody")
    same(ok(user.check_online, "dora"), {"status": "0"})

    block = user.get_block()
    same(ok(block.query), {"users": []})
    same(ok(block.add, ["dora", "bob"], 10), {})
    banned = ok(block.query)["users"]
    same(sorted(one["userId"] for one in banned), ["bob", "dora"])
    same([len(one["blockEndTime"]) for one in banned], [19, 19])
    same(ok(block.remove, ["bob", "dora"]), {})
    same(ok(block.query), {"users": []})
    refused(BAD_PARAMETER, block.add, "dora", 0)

    for people in (user.get_blacklist(), user.get_whitelist()):
        same(ok(people.query, "dora"), {"users": []})
        same(ok(people.add, "dora", ["bob", "carol"]), {})
        same(sorted(ok(people.query, "dora")["users"]), ["bob", "carol"])
        same(ok(people.remove, "dora", ["carol"]), {})
        same(ok(people.query, "dora"), {"users": ["bob"]})
        refused(NOBODY, people.add, "dora", "nobody")


def messages(private) -> None:
    """Messages are sent, told to each in its own words, passed on, and taken back."""
    content = {"content": "Hello from Python: 你好 & + %"}
    first = ok(private.send, "alice", "bob", TEXT, content, expansion=True, disable_push=True, push_content="p")
    same([one["userId"] for one in first["messageUIDs"]], ["bob"])
    several = ok(private.send, "alice", ["bob", "carol"], TEXT, json.dumps(content), count=1, is_include_sender=1)
    same([one["userId"] for one in several["messageUIDs"]], ["bob", "carol"])
    # bob is on dora's blacklist by now.
    refused(1005, private.send, "bob", "dora", TEXT, content, verify_blacklist=1)
    ok(private.send, "bob", "dora", TEXT, content)
    refused(1007, private.send, "alice", "bob", "RC:Nope", content)

    each = [{"{n}": "Bob"}, {"{n}": "Carol 你"}]
    template = ("alice", ["bob", "carol"], TEXT, each)
    ok(private.send_template, *template, {"content": "hi {n}"}, ["for {n}", ""], ["", ""], disable_push=True)
    # Without any notification.
    ok(private.send_template, *template, {"content": "hi {n}"})
    for broken in ({"content": 'say "hi"'}, json.dumps({"content": "hi {n}"})):
        refused(BAD_PARAMETER, private.send_template, *template, broken)

    same(ok(private.send_status_message, "alice", ["bob", "carol"], "RC:TypSts", {"typingContentType": TEXT}), {})
    uid = several["messageUIDs"][1]["messageUID"]
    same(ok(private.recall, "alice", "carol", uid, several["sentTime"], extra="e"), {})
    refused(BAD_PARAMETER, private.recall, "carol", "bob", several["messageUIDs"][0]["messageUID"], 1)


def logs(history) -> None:
    """There is no log of 2018, and that is no mistake."""
    same(ok(history.query, "2018022710"), {"url": "", "date": "2018022710"})
    same(ok(history.remove, "2018022710"), {})
    refused(BAD_PARAMETER, history.query, "2018022724")


def words(sensitive) -> None:
    """Words are kept and let go, one alone too, which the SDK writes as the text of a list."""
    for word in ("one", "two", "three"):
        same(ok(sensitive.add, word), {})
    same(ok(sensitive.add, "darn", "***"), {})
    kept = [{"type": "1", "word": word, "replaceWord": ""} for word in ("one", "three", "two")]
    replaced = {"type": "0", "word": "darn", "replaceWord": "***"}
    listed = [sorted(ok(sensitive.query, number)["words"], key=lambda one: one["word"]) for number in (0, 1, 2)]
    same(listed, [[replaced], kept, [replaced, *kept]])
    same(ok(sensitive.remove, ["one", "two"]), {})
    same(ok(sensitive.remove, "darn"), {})
    same(ok(sensitive.query, 2), {"words": kept[1:2]})
    # The SDK asks for the refused ones where the caller does not say which.
    same(ok(sensitive.query), {"words": kept[1:2]})


def conversations(notification) -> None:
    """A conversation is muted and speaks again."""
    same(ok(notification.get, 1, "bob", "alice")["isMuted"], 0)
    for muted in (0, 1):
        same(ok(notification.set, 1, "bob", "alice", muted), {})
        same(ok(notification.get, 1, "bob", "alice")["isMuted"], muted)
    refused(ONE_TO_ONE_ONLY, notification.set, 3, "bob", "somewhere", 1)


def not_one_to_one(cloud) -> int:
    """Whatever is for more than two users is refused; how many kinds of call that is."""
    count = 0
    for method in calls_of(cloud):
        if not kind(method).startswith(NOT_ONE_TO_ONE) and kind(method) != BROADCAST:
            continue
        count += 1
        wanted = inspect.signature(method).parameters.values()
        needed = [one.name for one in wanted if one.default is inspect.Parameter.empty]
        # What is not in the table is a text like any other.
        refused(ONE_TO_ONE_ONLY, method, *(ARGUMENTS.get(name, "text") for name in needed))
    return count


def main() -> None:
    """Walks, and makes sure that no call of the SDK was left out."""
    same(environment.setting("SIXIN_TO").split(","), ["bob", "carol"])
    same(environment.setting("SIXIN_FROM"), "alice")
    cloud = RongCloud(
        environment.setting("SIXIN_APP_KEY"), environment.setting("SIXIN_APP_SECRET"), environment.base_url()
    )
    users(cloud.get_user())
    messages(cloud.get_message().get_private())
    logs(cloud.get_message().get_history())
    words(cloud.get_sensitive())
    conversations(cloud.get_conversation().get_notification())
    answered = len(called)
    count = not_one_to_one(cloud)
    same(sorted({kind(method) for method in calls_of(cloud)} - called), [LOCAL])
    print(json.dumps({"answered": answered, "refused": count}))


if __name__ == "__main__":
    main()
