//! What settings and permissions mean, in Chinese. In English they say it themselves.

use sixin_domain::site::settings::OWN_PREFIX;

/// By their names.
const CHINESE: &[(&str, &str)] = &[
    ("conversation_status", "用户是否可以发送私信"),
    (
        "conversation_files",
        "用户可发送的文件类型：image（图片）、video（视频）、audio（音频）、document（文档）",
    ),
    ("default_role", "没有可用主角色的用户所适用的角色；留空则无"),
    ("site_mode", "public（公开）或 private（私有：会员到期时间见 users.expired_at）"),
    ("site_private_end_after", "会员到期后：1 内容不可读，2 旧内容可读"),
    ("default_language", "客户端未指定时，提示与日期所用的语言"),
    ("default_timezone", "客户端与用户均未指定时的 UTC 时差（小时）"),
    ("language_menus", "客户端可请求的语言及其日期格式"),
    ("user_identifier", "用户对象中 fsid 的内容"),
    ("follow_user_setting", "用户是否可以关注他人"),
    ("block_user_setting", "用户是否可以屏蔽他人"),
    ("publish_block_words", "屏蔽词是否也适用于后端发布的 RC:TxtMsg"),
    ("publish_client_commands", "后端是否可以发布客户端会执行的 RC:RcCmd 与 RC:RcNtf"),
    ("publish_stream_timeout", "后端停止写入多少秒后，流式消息自动结束"),
    ("system_user", "发送后端系统消息的用户名；留空则不发送系统消息"),
    ("user_whitelist", "用户是否只能给将其列入白名单的人发消息"),
    ("site_name", "站点名称"),
    ("site_desc", "站点简介，一句话"),
    ("site_icon", "站点小图标的地址"),
    ("site_logo", "站点横幅标志的地址"),
    ("site_copyright", "版权所有者"),
    ("site_copyright_years", "版权年份，例如 2024-2026"),
    ("site_email", "咨询邮箱"),
    ("site_email_login", "页面是否提供邮箱登录"),
    ("site_phone_login", "页面是否提供手机号登录"),
    ("cache_minutes", "客户端缓存所读内容的分钟数"),
    ("site_url", "站点地址，用于用户主页链接"),
    ("system_url", "某类文件没有存储域名时，文件路径所拼接的地址"),
    ("website_user_detail_path", "site_url 之下用户主页的路径"),
    ("default_avatar", "没有头像的用户所显示图片的地址"),
    ("deactivate_avatar", "正在注销的用户所显示图片的地址"),
    ("image_bucket_domain", "图片路径所拼接的地址"),
    ("video_bucket_domain", "视频路径所拼接的地址"),
    ("audio_bucket_domain", "音频路径所拼接的地址"),
    ("document_bucket_domain", "文档路径所拼接的地址"),
    ("image_filesystem_disk", "设为 local 时在图片路径前加 /storage/"),
    ("video_filesystem_disk", "设为 local 时在视频路径前加 /storage/"),
    ("audio_filesystem_disk", "设为 local 时在音频路径前加 /storage/"),
    ("document_filesystem_disk", "设为 local 时在文档路径前加 /storage/"),
    ("image_extension_names", "图片允许的扩展名，以逗号分隔"),
    ("video_extension_names", "视频允许的扩展名，以逗号分隔"),
    ("audio_extension_names", "音频允许的扩展名，以逗号分隔"),
    ("document_extension_names", "文档允许的扩展名，以逗号分隔"),
    ("image_substitution", "图片被停用时所显示的地址"),
    ("video_substitution", "视频被停用时所显示的地址"),
    ("audio_substitution", "音频被停用时所显示的地址"),
    ("document_substitution", "文档被停用时所显示的地址"),
    ("image_handle_position", "缩略图后缀位于地址之前或之后"),
    ("image_thumb_config", "自定义缩略图的后缀"),
    ("image_thumb_avatar", "头像缩略图的后缀"),
    ("image_thumb_ratio", "等比缩略图的后缀"),
    ("image_thumb_square", "方形缩略图的后缀"),
    ("image_thumb_big", "大图的后缀"),
    ("nickname_min", "昵称最少字数"),
    ("nickname_max", "昵称最多字数，不超过 64"),
    ("image_max_size", "图片最大 MB 数"),
    ("video_max_size", "视频最大 MB 数"),
    ("audio_max_size", "音频最大 MB 数"),
    ("document_max_size", "文档最大 MB 数"),
    ("video_max_time", "视频最长秒数"),
    ("audio_max_time", "音频最长秒数"),
    ("image_url_expire", "图片链接有效分钟数"),
    ("video_url_expire", "视频链接有效分钟数"),
    ("audio_url_expire", "音频链接有效分钟数"),
    ("document_url_expire", "文档链接有效分钟数"),
    ("image_strip_metadata", "他人看到图片之前，是否去除相机写入的信息（地点、时间、设备、备注）"),
    ("upload_unchecked_media", "扩展名允许但内容无法检查的文件，是否照收"),
    ("conversation", "该角色的用户是否可以发送私信"),
    ("follow_user_max_count", "一名用户最多可关注的人数"),
    ("block_user_max_count", "一名用户最多可屏蔽的人数"),
];

/// What a setting of the operator's own is.
const OWN: &str = "通过 global/configs 告知客户端；设为空值即移除";

/// What a setting or a permission means, if it is known here.
pub(super) fn in_chinese(key: &str) -> Option<&'static str> {
    if key.starts_with(OWN_PREFIX) {
        return Some(OWN);
    }
    CHINESE.iter().find(|(known, _)| *known == key).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sixin_domain::site::permission::PERMISSIONS;
    use sixin_domain::site::settings::KNOWN;

    #[test]
    fn each_setting_and_permission_has_its_meaning_and_nothing_else_does() {
        let keys: Vec<&str> =
            KNOWN.iter().map(|known| known.key).chain(PERMISSIONS.iter().map(|(key, ..)| *key)).collect();
        for key in &keys {
            assert!(in_chinese(key).is_some(), "{key} has no meaning in Chinese");
        }
        for (key, _) in CHINESE {
            assert!(keys.contains(key), "there is no {key}");
        }
    }
}
