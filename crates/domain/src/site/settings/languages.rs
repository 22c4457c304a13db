//! The languages of a site, setting `language_menus`. Operators may name as little as a tag; what clients read beside it is
//! filled in here.

use serde_json::{Map, Value, json};

/// A language clients may ask for, from `language_menus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// For example `zh-Hans`.
    pub tag: String,
    /// How dates are written, in PHP letters: `Y-m-d`, `m/d/Y`.
    pub date_format: String,
    /// How long ago something was, `{n}` for the number.
    pub ago: Ago,
}

/// How long ago something was, in the largest unit that is not below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ago {
    /// In minutes, also for less than one.
    pub minutes: String,
    /// In hours.
    pub hours: String,
    /// In days.
    pub days: String,
    /// In months of 30 days.
    pub months: String,
    /// In years of 365 days.
    pub years: String,
}

/// What languages call themselves.
const NAMES: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fa", "فارسی"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
    ("zh-Hans", "简体中文"),
    ("zh-Hant", "繁體中文"),
];
/// Languages that are written from the right.
const FROM_THE_RIGHT: [&str; 4] = ["ar", "fa", "he", "ur"];

/// The languages of the setting that are enabled.
pub(super) fn languages(json: &str) -> Vec<Language> {
    let text = |menu: &Map<String, Value>, key: &str| {
        menu.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    menus(json)
        .iter()
        .filter(|menu| menu.get("isEnable") == Some(&Value::Bool(true)))
        .map(|menu| Language {
            tag: text(menu, "langTag"),
            date_format: text(menu, "dateFormat"),
            ago: Ago {
                minutes: text(menu, "timeFormatMinute"),
                hours: text(menu, "timeFormatHour"),
                days: text(menu, "timeFormatDay"),
                months: text(menu, "timeFormatMonth"),
                years: text(menu, "timeFormatYear"),
            },
        })
        .collect()
}

/// Every entry of the setting that has a tag, whole.
pub(super) fn menus(json: &str) -> Vec<Map<String, Value>> {
    let Ok(Value::Array(entries)) = serde_json::from_str(json) else { return Vec::new() };
    let with_tag = entries.into_iter().filter_map(|entry| match entry {
        Value::Object(given) => Some((given.get("langTag")?.as_str()?.to_owned(), given)),
        _ => None,
    });
    with_tag.zip(1..).map(|((tag, given), place)| whole(&tag, given, place)).collect()
}

/// An entry with every key that clients read; what was given comes before what is filled in.
fn whole(tag: &str, given: Map<String, Value>, place: i64) -> Map<String, Value> {
    let on = Value::Bool(true);
    // Clients of 2.x read `isEnabled`.
    let is_enabled = given.get("isEnable").or_else(|| given.get("isEnabled")).unwrap_or(&on) == &on;
    let (code, area) = split(tag);
    let mut menu = Map::new();
    let mut put = |key: &str, value: Value| menu.insert(key.to_owned(), value);
    put("rating", json!(place));
    put("langCode", json!(code));
    put("langName", json!(name(code)));
    put("continentId", json!(0));
    put("areaStatus", json!(area.is_some()));
    put("areaCode", json!(area));
    put("areaName", json!(area));
    let is_from_the_right = FROM_THE_RIGHT.contains(&primary(code));
    put("writingDirection", json!(if is_from_the_right { "rtl" } else { "ltr" }));
    put("lengthUnit", json!(if primary(code) == "en" { "mi" } else { "km" }));
    put("dateFormat", json!("Y-m-d"));
    let [minutes, hours, days, months, years] = ago(code);
    put("timeFormatMinute", json!(minutes));
    put("timeFormatHour", json!(hours));
    put("timeFormatDay", json!(days));
    put("timeFormatMonth", json!(months));
    put("timeFormatYear", json!(years));
    put("packVersion", json!(1));
    menu.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
    menu.insert("isEnable".to_owned(), json!(is_enabled));
    menu.insert("isEnabled".to_owned(), json!(is_enabled));
    menu
}

/// A tag without its region, and the region.
fn split(tag: &str) -> (&str, Option<&str>) {
    match tag.rsplit_once('-') {
        Some((code, area)) if area.len() == 2 => (code, Some(area)),
        _ => (tag, None),
    }
}

fn primary(code: &str) -> &str {
    code.split('-').next().unwrap_or(code)
}

fn name(code: &str) -> &str {
    let of = |code: &str| NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
    of(code).or_else(|| of(primary(code))).map_or(code, |(_, name)| name)
}

fn ago(code: &str) -> [&'static str; 5] {
    if code.eq_ignore_ascii_case("zh-Hant") {
        ["{n} 分鐘前", "{n} 小時前", "{n} 天前", "{n} 個月前", "{n} 年前"]
    } else if primary(code).eq_ignore_ascii_case("zh") {
        ["{n} 分钟前", "{n} 小时前", "{n} 天前", "{n} 个月前", "{n} 年前"]
    } else {
        ["{n} min ago", "{n} h ago", "{n} d ago", "{n} mo ago", "{n} y ago"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_short_entry_leaves_out_is_filled_in_and_what_it_says_is_kept() {
        let menus = menus(
            r#"[{"langTag":"zh-Hans-CN","dateFormat":"Y年n月j日"},{"langTag":"ar","langName":"Arabic","rating":9},
                {"langTag":"en","isEnabled":false},{"langTag":"xx","areaName":null},{"name":"no tag"},7]"#,
        );
        let of = |place: usize, key: &str| menus[place][key].clone();
        assert_eq!(menus.len(), 4);
        assert_eq!((of(0, "langCode"), of(0, "langName")), (json!("zh-Hans"), json!("简体中文")));
        assert_eq!((of(0, "areaStatus"), of(0, "areaCode")), (json!(true), json!("CN")));
        assert_eq!((of(0, "dateFormat"), of(0, "rating")), (json!("Y年n月j日"), json!(1)));
        assert_eq!((of(1, "langName"), of(1, "rating")), (json!("Arabic"), json!(9)));
        assert_eq!(of(1, "writingDirection"), json!("rtl"));
        assert_eq!((of(2, "isEnable"), of(2, "isEnabled")), (json!(false), json!(false)));
        assert_eq!((of(3, "langName"), of(3, "areaName")), (json!("xx"), Value::Null));
        let keys = |menu: &Map<String, Value>| menu.keys().cloned().collect::<Vec<_>>();
        assert!(
            menus.iter().all(|menu| keys(menu).len() == keys(&menus[0]).len()),
            "the same keys everywhere"
        );
    }

    #[test]
    fn only_enabled_languages_can_be_asked_for() {
        let tags = |json: &str| languages(json).into_iter().map(|language| language.tag).collect::<Vec<_>>();
        assert_eq!(tags(r#"[{"langTag":"en","isEnable":false},{"langTag":"fr"}]"#), ["fr"]);
        assert_eq!(tags("broken"), [] as [&str; 0]);
    }
}
