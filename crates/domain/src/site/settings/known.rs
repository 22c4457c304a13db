//! The settings there are.

use SettingType::{Array, Boolean, Choice, Number, NumberOf, NumberOrNone, Text};

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingType {
    /// `true` or `false`.
    Boolean,
    /// A whole number between two, both included.
    Number(i64, i64),
    /// A whole number from 1, or empty for none.
    NumberOrNone,
    /// One of the listed texts.
    Choice(&'static [&'static str]),
    /// One of the listed whole numbers.
    NumberOf(&'static [&'static str]),
    /// Any text.
    Text,
    /// A JSON array.
    Array,
}

impl SettingType {
    /// The name in the column `configs.item_type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Number(..) | Self::NumberOrNone | Self::NumberOf(_) => "number",
            Self::Choice(_) | Self::Text => "string",
            Self::Array => "array",
        }
    }
}

/// A setting sixin knows.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// `configs.item_key`.
    pub key: &'static str,
    /// What it takes.
    pub kind: SettingType,
    /// What holds while no row says otherwise.
    pub default: &'static str,
    /// What it does, in one line.
    pub meaning: &'static str,
    /// The group in which clients ask for it, `configs.item_tag`.
    pub tag: &'static str,
    /// Whether clients may read it. Where files are kept and how is nobody's business.
    pub is_public: bool,
}

const fn public(
    key: &'static str,
    tag: &'static str,
    kind: SettingType,
    default: &'static str,
    meaning: &'static str,
) -> Known {
    Known { key, tag, kind, default, meaning, is_public: true }
}

const fn private(
    key: &'static str,
    tag: &'static str,
    kind: SettingType,
    default: &'static str,
    meaning: &'static str,
) -> Known {
    Known { is_public: false, ..public(key, tag, kind, default, meaning) }
}

const NICKNAME: SettingType = Number(1, 64);
const MEGABYTES: SettingType = Number(1, 10_240);
const SECONDS: SettingType = Number(1, 86_400);
/// As long as a link can work.
const MINUTES: SettingType = Number(1, 525_600);

const LANGUAGE_MENUS: &str = r#"[{"langTag":"en","dateFormat":"m/d/Y","isEnable":true},{"langTag":"zh-Hans","dateFormat":"Y-m-d","isEnable":true},{"langTag":"zh-Hant","dateFormat":"Y-m-d","isEnable":true}]"#;

/// Every setting that has an effect.
pub const KNOWN: &[Known] = &[
    public("conversation_status", "interactives", Boolean, "true", "whether users may send messages at all"),
    public(
        "conversation_files",
        "interactives",
        Array,
        r#"["image"]"#,
        "kinds of file users may send: image, video, audio, document",
    ),
    public(
        "default_role",
        "users",
        NumberOrNone,
        "4",
        "role that decides for users without a usable main role; empty for none",
    ),
    public(
        "site_mode",
        "general",
        Choice(&["public", "private"]),
        "public",
        "public, or private: memberships end at users.expired_at",
    ),
    public(
        "site_private_end_after",
        "general",
        NumberOf(&["1", "2"]),
        "1",
        "after a membership: 1 nothing is readable, 2 old content is",
    ),
    public(
        "default_language",
        "languages",
        Text,
        "zh-Hans",
        "language of messages and dates when a client names none",
    ),
    public(
        "default_timezone",
        "general",
        Text,
        "+8",
        "UTC offset in hours when neither client nor user names one",
    ),
    public(
        "language_menus",
        "languages",
        Array,
        LANGUAGE_MENUS,
        "languages clients may ask for, with their date format",
    ),
    public(
        "user_identifier",
        "users",
        Choice(&["username", "uid"]),
        "username",
        "what fsid in a user object holds",
    ),
    public("follow_user_setting", "interactives", Boolean, "true", "whether users may follow users"),
    public("block_user_setting", "interactives", Boolean, "true", "whether users may block users"),
    private(
        "publish_block_words",
        "interactives",
        Boolean,
        "false",
        "whether block words also apply to RC:TxtMsg published by back ends",
    ),
    private(
        "publish_client_commands",
        "interactives",
        Boolean,
        "false",
        "whether back ends may publish RC:RcCmd and RC:RcNtf, which clients obey",
    ),
    private(
        "publish_stream_timeout",
        "interactives",
        Number(5, 3600),
        "120",
        "seconds after which a growing message ends whose back end is silent",
    ),
    private(
        "system_user",
        "interactives",
        Text,
        "",
        "username of who sends the system messages of back ends; empty: there are none",
    ),
    private(
        "user_whitelist",
        "interactives",
        Boolean,
        "false",
        "whether users may write only to those on whose whitelist they are",
    ),
    public("site_name", "general", Text, "sixin", "name of the site"),
    public("site_desc", "general", Text, "", "what the site is for, in a sentence"),
    public("site_icon", "general", Text, "", "address of the small picture of the site"),
    public("site_logo", "general", Text, "", "address of the wide picture of the site"),
    public("site_copyright", "general", Text, "", "who holds the rights"),
    public("site_copyright_years", "general", Text, "", "since when, for example 2024-2026"),
    public("site_email", "general", Text, "", "address for questions"),
    public(
        "site_email_login",
        "general",
        Boolean,
        "true",
        "whether pages offer signing in by e-mail address",
    ),
    public(
        "site_phone_login",
        "general",
        Boolean,
        "true",
        "whether pages offer signing in by telephone number",
    ),
    public(
        "cache_minutes",
        "general",
        Number(0, 525_600),
        "30",
        "how long clients keep what they read here, in minutes",
    ),
    public("site_url", "general", Text, "", "address of the site, for links to users"),
    private(
        "system_url",
        "systems",
        Text,
        "",
        "address files are joined to when a kind has no bucket domain",
    ),
    private("website_user_detail_path", "websites", Text, "u", "path of user pages below site_url"),
    public("default_avatar", "users", Text, "", "address of the picture for users without one"),
    public("deactivate_avatar", "users", Text, "", "address of the picture for users who are leaving"),
    private("image_bucket_domain", "storages", Text, "", "address image paths are joined to"),
    private("video_bucket_domain", "storages", Text, "", "address video paths are joined to"),
    private("audio_bucket_domain", "storages", Text, "", "address audio paths are joined to"),
    private("document_bucket_domain", "storages", Text, "", "address document paths are joined to"),
    private(
        "image_filesystem_disk",
        "storages",
        Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before image paths",
    ),
    private(
        "video_filesystem_disk",
        "storages",
        Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before video paths",
    ),
    private(
        "audio_filesystem_disk",
        "storages",
        Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before audio paths",
    ),
    private(
        "document_filesystem_disk",
        "storages",
        Choice(&["remote", "local"]),
        "remote",
        "local puts /storage/ before document paths",
    ),
    public(
        "image_extension_names",
        "storages",
        Text,
        "png,gif,jpg,jpeg,bmp,heic,webp,avif",
        "extensions images may have, separated by commas",
    ),
    public(
        "video_extension_names",
        "storages",
        Text,
        "mp4,mov,webm",
        "extensions videos may have, separated by commas",
    ),
    public(
        "audio_extension_names",
        "storages",
        Text,
        "mp3,wav,m4a,ogg,oga,opus,webm,aac,amr",
        "extensions audio files may have, separated by commas",
    ),
    public(
        "document_extension_names",
        "storages",
        Text,
        "doc,docx,xls,xlsx,csv,ppt,pptx,pps,ppts,pdf,txt,md,markdown,rar,zip,7z,epub,mobi",
        "extensions documents may have, separated by commas",
    ),
    public("image_substitution", "storages", Text, "", "address shown in place of a disabled image"),
    public("video_substitution", "storages", Text, "", "address shown in place of a disabled video"),
    public("audio_substitution", "storages", Text, "", "address shown in place of a disabled audio file"),
    public("document_substitution", "storages", Text, "", "address shown in place of a disabled document"),
    private(
        "image_handle_position",
        "storages",
        Choice(&["end", "start"]),
        "end",
        "whether a thumbnail suffix stands after or before the address",
    ),
    private("image_thumb_config", "storages", Text, "", "suffix of the configured thumbnail"),
    private("image_thumb_avatar", "storages", Text, "", "suffix of the avatar thumbnail"),
    private("image_thumb_ratio", "storages", Text, "", "suffix of the proportional thumbnail"),
    private("image_thumb_square", "storages", Text, "", "suffix of the square thumbnail"),
    private("image_thumb_big", "storages", Text, "", "suffix of the large thumbnail"),
    public("nickname_min", "users", NICKNAME, "2", "shortest nickname, in characters"),
    public("nickname_max", "users", NICKNAME, "20", "longest nickname, in characters; at most 64"),
    public("image_max_size", "storages", MEGABYTES, "5", "largest image, in megabytes"),
    public("video_max_size", "storages", MEGABYTES, "50", "largest video, in megabytes"),
    public("audio_max_size", "storages", MEGABYTES, "50", "largest audio file, in megabytes"),
    public("document_max_size", "storages", MEGABYTES, "10", "largest document, in megabytes"),
    public("video_max_time", "storages", SECONDS, "60", "longest video, in seconds"),
    public("audio_max_time", "storages", SECONDS, "60", "longest audio file, in seconds"),
    private("image_url_expire", "storages", MINUTES, "10", "how long links to images work, in minutes"),
    private("video_url_expire", "storages", MINUTES, "10", "how long links to videos work, in minutes"),
    private("audio_url_expire", "storages", MINUTES, "10", "how long links to audio files work, in minutes"),
    private("document_url_expire", "storages", MINUTES, "10", "how long links to documents work, in minutes"),
    private(
        "image_strip_metadata",
        "storages",
        Boolean,
        "true",
        "whether images lose what cameras write into them (place, time, device, notes) before anybody else sees them",
    ),
    private(
        "upload_unchecked_media",
        "storages",
        Boolean,
        "false",
        "whether files are taken, unseen, whose extension is listed but whose content can't be looked at",
    ),
];
