use proptest::prelude::*;

use super::*;
use crate::testing;

/// A moment at which it is 23:00 in UTC.
const NOW: Millis = Millis(1_795_388_400_000);

fn user() -> User {
    testing::user(2, "bob")
}

fn matter(delivery: Option<&DeliveryOptions>) -> Matter<'_> {
    Matter {
        news: News::Message,
        position: Position::at(NOW.plus(-2_000)),
        words: Some(Words::Said("hello".into())),
        delivery,
        is_counted: true,
        is_enabled: true,
        is_read: false,
        is_deleted: false,
        collapse: "c7".into(),
    }
}

fn recipient(user: &User) -> Recipient<'_> {
    Recipient {
        user,
        acknowledged: Position(0),
        blocks_sender: false,
        level_here: NotificationLevel::default(),
        level_everywhere: NotificationLevel::default(),
        period: None,
        zone_minutes: 0,
        remark: None,
        unread: 3,
    }
}

fn level(number: i64) -> NotificationLevel {
    NotificationLevel::new(number).unwrap()
}

#[test]
fn an_ordinary_message_wakes_with_its_senders_name_its_text_and_what_is_unread() {
    let user = user();
    let push = decide(matter(None), &recipient(&user), "Ann", NOW).unwrap();
    assert_eq!((push.title.as_str(), push.text("en", false).as_str()), ("Ann", "hello"));
    assert_eq!((push.badge, push.collapse.as_str(), push.is_replacement), (Some(3), "c7", false));
    assert_eq!(push.expires, NOW.plus(-2_000 + LIVES_MS));
}

#[test]
fn each_reason_not_to_wake_is_one() {
    let mut user = user();
    let disabled = DeliveryOptions { disable_push: Some(true), ..DeliveryOptions::default() };
    let why = |matter, recipient: &Recipient<'_>| decide(matter, recipient, "Ann", NOW).unwrap_err();
    let night = PushPeriod::new("22:00:00", 480, Some(5)).unwrap();
    let all = [
        (matter(None), Recipient { blocks_sender: true, ..recipient(&user) }, Skip::Blocked),
        (matter(Some(&disabled)), recipient(&user), Skip::Disabled),
        (
            Matter { position: Position::at(NOW.plus(-LIVES_MS - 1)), ..matter(None) },
            recipient(&user),
            Skip::Expired,
        ),
        (Matter { is_enabled: false, ..matter(None) }, recipient(&user), Skip::Recalled),
        (Matter { is_deleted: true, ..matter(None) }, recipient(&user), Skip::Deleted),
        (Matter { is_read: true, ..matter(None) }, recipient(&user), Skip::Read),
        (
            matter(None),
            Recipient { acknowledged: matter(None).position, ..recipient(&user) },
            Skip::Acknowledged,
        ),
        (Matter { is_counted: false, ..matter(None) }, recipient(&user), Skip::NotCounted),
        (matter(None), Recipient { level_here: level(5), ..recipient(&user) }, Skip::Muted),
        (matter(None), Recipient { period: Some(night), ..recipient(&user) }, Skip::Quiet),
        (Matter { words: None, ..matter(None) }, recipient(&user), Skip::Wordless),
    ];
    for (matter, recipient, expected) in all {
        assert_eq!(why(matter, &recipient), expected);
    }
    user.restrictions.banned_until = Some(NOW.plus(1));
    assert_eq!(why(matter(None), &recipient(&user)), Skip::Closed);
    user.restrictions.banned_until = None;
    user.deleted_at = Some(NOW);
    assert_eq!(why(matter(None), &recipient(&user)), Skip::Closed);
}

#[test]
fn a_level_of_the_conversation_outranks_that_of_all_and_unset_says_nothing() {
    let user = user();
    for (here, everywhere, wakes) in [
        (0, 0, true),
        (-1, 0, true),
        (0, -1, true),
        // Nobody is mentioned where two write.
        (1, 0, false),
        (2, 0, false),
        (4, 0, false),
        (5, 0, false),
        (0, 5, false),
        (-1, 5, true),
        (5, -1, false),
    ] {
        let recipient =
            Recipient { level_here: level(here), level_everywhere: level(everywhere), ..recipient(&user) };
        assert_eq!(decide(matter(None), &recipient, "Ann", NOW).is_ok(), wakes, "{here} {everywhere}");
    }
}

#[test]
fn silent_hours_are_those_of_the_recipients_zone_and_level_1_lets_private_messages_through() {
    let user = user();
    let night = |level| PushPeriod::new("22:00:00", 480, Some(level)).ok();
    for (level, zone_minutes, wakes) in
        [(5, 0, false), (1, 0, true), (5, 480, true), (5, 420, true), (5, 360, false)]
    {
        let recipient = Recipient { period: night(level), zone_minutes, ..recipient(&user) };
        assert_eq!(decide(matter(None), &recipient, "Ann", NOW).is_ok(), wakes, "{level} {zone_minutes}");
    }
}

#[test]
fn the_title_is_that_of_the_sender_of_the_message_else_the_remark_else_the_name() {
    let user = user();
    let options = |ext: &str| DeliveryOptions { push_ext: Some(ext.into()), ..DeliveryOptions::default() };
    let (titled, bare) = (options(r#"{"title":"News"}"#), options("{}"));
    let remarked = Recipient { remark: Some("Annie"), ..recipient(&user) };
    let title = |options, recipient| decide(matter(Some(options)), recipient, "Ann", NOW).unwrap().title;
    assert_eq!(title(&titled, &remarked), "News");
    assert_eq!(title(&bare, &remarked), "Annie");
    assert_eq!(title(&bare, &Recipient { remark: Some(" "), ..recipient(&user) }), "Ann");
}

#[test]
fn what_the_sender_gave_for_devices_outranks_what_the_message_says() {
    let user = user();
    let options = DeliveryOptions {
        push_content: Some("look".into()),
        push_data: Some("{}".into()),
        badge: Some(42),
        content_available: Some(true),
        ..DeliveryOptions::default()
    };
    let silent = Matter { is_counted: false, words: None, ..matter(Some(&options)) };
    let push = decide(silent, &recipient(&user), "Ann", NOW).unwrap();
    assert_eq!((push.text("zh", false).as_str(), push.data.as_deref()), ("look", Some("{}")));
    assert_eq!((push.badge, push.wakes_app), (Some(42), true));
    let stays = DeliveryOptions { badge: Some(-1), ..DeliveryOptions::default() };
    assert_eq!(decide(matter(Some(&stays)), &recipient(&user), "Ann", NOW).unwrap().badge, None);
}

#[test]
fn a_recall_takes_the_place_of_what_was_shown_without_saying_what_it_was() {
    let user = user();
    let options = DeliveryOptions {
        push_content: Some("secret".into()),
        push_data: Some("secret".into()),
        push_ext: Some(r#"{"title":"secret"}"#.into()),
        badge: Some(9),
        ..DeliveryOptions::default()
    };
    let recall = Matter { news: News::Recall, is_enabled: false, ..matter(Some(&options)) };
    let push = decide(recall.clone(), &recipient(&user), "Ann", NOW).unwrap();
    assert_eq!((push.title.as_str(), push.text("en", true).as_str()), ("Ann", "Recalled a message"));
    assert_eq!((push.data, push.badge, push.is_replacement), (None, Some(3), true));
    let read = Matter { is_read: true, ..recall.clone() };
    assert_eq!(decide(read, &recipient(&user), "Ann", NOW), Err(Skip::Read), "there is nothing to take back");
    let wordless = Matter { words: None, delivery: None, ..recall };
    assert_eq!(decide(wordless, &recipient(&user), "Ann", NOW), Err(Skip::Wordless), "nothing was shown");
}

#[test]
fn a_device_that_hides_texts_shows_none_unless_the_sender_forces_it() {
    let user = user();
    let forced = DeliveryOptions {
        push_ext: Some(r#"{"forceShowPushContent":1}"#.into()),
        ..DeliveryOptions::default()
    };
    let text = |options| decide(matter(options), &recipient(&user), "Ann", NOW).unwrap().text("en", true);
    assert_eq!(text(None), "You have a new message");
    assert_eq!(text(Some(&forced)), "hello");
}

fn levels() -> impl Strategy<Value = NotificationLevel> {
    prop::sample::select(vec![-1, 0, 1, 2, 4, 5]).prop_map(level)
}

proptest! {
    #[test]
    fn whoever_has_blocked_read_muted_or_acknowledged_is_never_woken(
        here in levels(), everywhere in levels(), is_counted: bool, blocks_sender: bool, is_read: bool, is_enabled: bool,
        disable_push: Option<bool>, given in prop::option::of(" ?[a-z]{0,3}"), ago in 0_i64..2_000_000,
        acknowledged in -2_000_000_i64..1000, start in 0_i64..86_400, minutes in 1_i64..=1439, zone in -720_i32..=840,
        strict: bool, is_recall: bool,
    ) {
        let user = user();
        let options = DeliveryOptions { push_content: given.clone(), disable_push, ..DeliveryOptions::default() };
        let news = if is_recall { News::Recall } else { News::Message };
        let position = Position::at(NOW.plus(-ago));
        let matter = Matter { news, position, is_counted, is_read, is_enabled, ..matter(Some(&options)) };
        let acknowledged = Position::at(NOW.plus(acknowledged));
        let period = PushPeriod::of_numbers(start, minutes, if strict { 5 } else { 1 }).ok();
        let recipient = Recipient { level_here: here, level_everywhere: everywhere, blocks_sender, acknowledged, period,
            zone_minutes: zone, ..recipient(&user) };
        let given = given.is_some_and(|text| !text.trim().is_empty());
        let level = if here.number() == 0 { everywhere } else { here };
        let expected = !blocks_sender && disable_push != Some(true) && ago <= LIVES_MS && (is_enabled || is_recall)
            && !is_read && acknowledged < position && (is_counted || given) && level.number() <= 0
            && !(strict && period.is_some_and(|period| period.silences(NOW, zone)));
        let decided = decide(matter, &recipient, "Ann", NOW);
        prop_assert_eq!(decided.is_ok(), expected, "{:?}", decided);
        if let Ok(push) = decided {
            prop_assert!(push.expires >= NOW && push.badge == Some(3) && !push.text("en", false).is_empty());
        }
    }
}
