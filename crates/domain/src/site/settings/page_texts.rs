//! What pages of clients read about a site beside its settings: names of menus and things, texts, and what is switched off
//! because there is no such thing here. Operators say otherwise with keys of their own.

use serde_json::{Map, Value, json};

use super::Published;

/// A text in English and in both scripts of Chinese.
type Text = (&'static str, &'static str, &'static str, &'static str);

/// What there is not: posts, groups, hashtags, wallets, registration, plug-ins.
const OFF: &[&str] = &[
    "account_cookie_status",
    "account_delete_status",
    "account_ip_location_status",
    "account_privacy_status",
    "account_register_status",
    "account_terms_status",
    "comment_editor_image",
    "comment_editor_sticker",
    "dislike_user_setting",
    "fs_theme_is_market_link",
    "fs_theme_loading",
    "fs_theme_quick_publish",
    "hashtag_status",
    "like_user_setting",
    "mention_status",
    "menu_comment_status",
    "menu_group_status",
    "menu_hashtag_status",
    "menu_portal_status",
    "menu_post_status",
    "menu_user_status",
    "multi_user_status",
    "post_editor_image",
    "post_editor_location",
    "post_editor_sticker",
    "site_china_mode",
    "view_comments_by_follow_user",
    "view_posts_by_follow_user",
    "wallet_status",
    "website_status",
];

/// Numbers that pages read and count with.
const NUMBERS: &[(&str, i64)] = &[
    ("hashtag_format", 1),
    ("hashtag_show", 1),
    ("language_pack_version", 1),
    ("menu_group_query_state", 1),
];

/// Choices that pages read, each the one that asks least of this server.
const CHOICES: &[(&str, &str)] =
    &[("default_homepage", "portal"), ("it_home_list", "user_followers"), ("website_stat_position", "body")];

/// Lists that are empty.
const EMPTY: &[&str] = &["account_connect_services", "connects", "moments_notifications", "search_services"];

/// What menus and things are called.
const NAMES: &[Text] = &[
    ("block_user_name", "Block", "屏蔽", "封鎖"),
    ("comment_name", "Comment", "评论", "留言"),
    ("dislike_user_name", "Dislike", "踩", "踩"),
    ("follow_user_name", "Follow", "关注", "追蹤"),
    ("group_name", "Group", "小组", "社團"),
    ("hashtag_name", "Hashtag", "话题", "話題"),
    ("like_user_name", "Like", "赞", "讚"),
    ("menu_account", "My account", "用户中心", "使用者中心"),
    ("menu_account_login", "Sign in", "登录", "登入"),
    ("menu_account_register", "Register", "注册", "註冊"),
    ("menu_account_reset_password", "Reset password", "重置密码", "重設密碼"),
    ("menu_account_settings", "Settings", "设置", "設定"),
    ("menu_account_users", "My users", "我的用户", "我的使用者"),
    ("menu_account_wallet", "Wallet", "钱包", "錢包"),
    ("menu_comment_name", "Comments", "评论", "留言"),
    ("menu_conversations", "Messages", "私信", "私訊"),
    ("menu_editor_drafts", "Drafts", "草稿箱", "草稿"),
    ("menu_follow_users", "Following", "我的关注", "追蹤中"),
    ("menu_block_users", "Blocked", "我的屏蔽", "已封鎖"),
    ("menu_group_name", "Groups", "小组", "社團"),
    ("menu_hashtag_name", "Hashtags", "话题", "話題"),
    ("menu_notifications", "Notifications", "通知", "通知"),
    ("menu_notifications_all", "All", "全部", "全部"),
    ("menu_notifications_comments", "Comments", "评论", "留言"),
    ("menu_notifications_follows", "Followers", "关注", "追蹤"),
    ("menu_notifications_likes", "Likes", "赞", "讚"),
    ("menu_notifications_mentions", "Mentions", "提及", "提及"),
    ("menu_notifications_recommends", "Recommended", "推荐", "推薦"),
    ("menu_notifications_systems", "System", "系统", "系統"),
    ("menu_portal_name", "Home", "首页", "首頁"),
    ("menu_post_list_name", "Posts", "帖子", "貼文"),
    ("menu_post_name", "Posts", "帖子", "貼文"),
    ("menu_user_name", "Users", "用户", "使用者"),
    ("post_name", "Post", "帖子", "貼文"),
    ("publish_comment_name", "Comment", "发表评论", "發表留言"),
    ("publish_post_name", "Post", "发表帖子", "發表貼文"),
    ("user_bio_name", "Bio", "简介", "簡介"),
    ("user_name", "User", "用户", "使用者"),
    ("user_nickname_name", "Name", "昵称", "暱稱"),
    ("user_role_name", "Role", "角色", "角色"),
    ("user_uid_name", "ID", "ID", "ID"),
    ("user_username_name", "Username", "用户名", "使用者名稱"),
];

/// The language pack, as far as pages of a messenger go.
const PACK: &[Text] = &[
    ("accountLogin", "Sign in", "登录", "登入"),
    ("accountLoggingIn", "Signing in", "正在登录", "正在登入"),
    ("accountLoginGoTo", "Go to sign-in", "前往登录", "前往登入"),
    ("accountLoginTip", "Please sign in first", "请先登录", "請先登入"),
    ("accountLogout", "Sign out", "退出登录", "登出"),
    ("accountPolicies", "Policies", "隐私权和条款", "隱私權與條款"),
    ("accountPoliciesCookie", "Cookies", "Cookies 政策", "Cookie 政策"),
    ("accountPoliciesPrivacy", "Privacy", "隐私权政策", "隱私權政策"),
    ("accountPoliciesTerms", "Terms", "服务条款", "服務條款"),
    ("accountRegister", "Register", "注册", "註冊"),
    ("accountReset", "Reset password", "重置密码", "重設密碼"),
    ("accountType", "Account", "账号类型", "帳號類型"),
    ("back", "Back", "返回", "返回"),
    ("blockAdd", "Block", "屏蔽", "封鎖"),
    ("cancel", "Cancel", "取消", "取消"),
    ("close", "Close", "关闭", "關閉"),
    ("confirm", "OK", "确认", "確認"),
    ("contentLoadMore", "Load more", "加载更多", "載入更多"),
    ("contentNotMore", "Nothing more", "没有更多了", "沒有更多了"),
    ("copy", "Copy", "复制", "複製"),
    ("countryCode", "Country code", "国际区号", "國際電話區號"),
    ("delete", "Delete", "删除", "刪除"),
    ("deleteConfirm", "Delete this?", "确定删除吗？", "確定刪除嗎？"),
    ("deleteFailed", "Could not delete", "删除失败", "刪除失敗"),
    ("deleteSuccess", "Deleted", "删除成功", "刪除成功"),
    ("discover", "Discover", "发现", "發現"),
    ("editorContent", "Write something", "请输入内容", "請輸入內容"),
    ("editorImages", "Pictures", "图片", "圖片"),
    ("editorVideos", "Videos", "视频", "影片"),
    ("editorAudios", "Audio", "音频", "音訊"),
    ("editorDocuments", "Documents", "文档", "文件"),
    ("editorUploading", "Uploading", "上传中", "上傳中"),
    ("editorUploadFailed", "Could not upload", "上传失败", "上傳失敗"),
    ("editorUploadMaxSize", "Largest size", "文件大小上限", "檔案大小上限"),
    ("editorUploadNumber", "Number of files", "文件数量上限", "檔案數量上限"),
    ("email", "E-mail", "邮箱", "電子郵件"),
    ("errorEmpty", "Please fill this in", "内容不能为空", "內容不能為空"),
    ("errorNoInfo", "Nothing found", "找不到内容", "找不到內容"),
    ("errorNoLogin", "Please sign in first", "请先登录", "請先登入"),
    ("errorNotMatch", "These do not match", "两次输入不一致", "兩次輸入不一致"),
    ("errorTimeout", "That took too long", "请求超时", "請求逾時"),
    ("errorUnavailable", "Not available", "暂不可用", "暫時無法使用"),
    ("errorUnknown", "Unknown error", "未知错误", "未知錯誤"),
    ("home", "Home", "首页", "首頁"),
    ("inProgress", "Please wait", "处理中", "處理中"),
    ("inputMessage", "Write a message", "输入私信内容", "輸入私訊內容"),
    ("listEmpty", "Nothing here yet", "暂无内容", "尚無內容"),
    ("loading", "Loading", "加载中", "載入中"),
    ("loadingMore", "Loading more", "正在加载更多", "正在載入更多"),
    ("more", "More", "更多", "更多"),
    ("notificationDelete", "Delete", "删除", "刪除"),
    ("notificationMarkAllAsRead", "Mark all as read", "全部标为已读", "全部標為已讀"),
    ("notificationMarkAsRead", "Mark as read", "标为已读", "標為已讀"),
    ("optionLanguage", "Language", "切换语言", "切換語言"),
    ("optionUser", "Switch user", "切换用户", "切換使用者"),
    ("password", "Password", "密码", "密碼"),
    ("passwordAgain", "Password again", "确认密码", "確認密碼"),
    ("phone", "Telephone", "手机号", "手機號碼"),
    ("pin", "Pin", "置顶", "置頂"),
    ("privateContentHide", "Your membership has run out", "会员已到期，内容不可见", "會員已到期，內容不可見"),
    (
        "privateContentShowOld",
        "Your membership has run out; only older content shows",
        "会员已到期，仅可查看旧内容",
        "會員已到期，僅可檢視舊內容",
    ),
    ("read", "Read", "已读", "已讀"),
    ("renewal", "Renew", "续期", "續期"),
    ("save", "Save", "保存", "儲存"),
    ("search", "Search", "搜索", "搜尋"),
    ("select", "Select", "选择", "選擇"),
    ("send", "Send", "发送", "傳送"),
    ("sendFailed", "Could not send", "发送失败", "傳送失敗"),
    ("setting", "Settings", "设置", "設定"),
    ("settingCurrent", "Current", "当前", "目前"),
    ("settingUp", "Save", "确认设置", "確認設定"),
    ("submit", "Submit", "提交", "提交"),
    ("success", "Done", "成功", "成功"),
    ("timezone", "Time zone", "时区", "時區"),
    ("tip", "Note", "提示", "提示"),
    ("unread", "Unread", "未读", "未讀"),
    ("uploadFile", "Upload a file", "上传文件", "上傳檔案"),
    ("userAuthPassword", "Password of the user", "用户密码", "使用者密碼"),
    ("userAuthPin", "PIN of the user", "用户 PIN", "使用者 PIN"),
    ("userDeactivate", "User has left", "用户已停用", "使用者已停用"),
    ("userDeactivated", "User has left", "用户已停用", "使用者已停用"),
    ("userMy", "Me", "我的", "我的"),
    ("userProfile", "Profile", "个人资料", "個人資料"),
    ("verifyCode", "Verification code", "验证码", "驗證碼"),
];

/// The texts and switches of pages, in the language with that tag.
pub(super) fn page_texts(tag: &str) -> impl Iterator<Item = Published<'static>> {
    let of = |&(_, english, simplified, traditional): &Text| match tag {
        tag if tag.starts_with("zh-Hant") => traditional,
        tag if tag.starts_with("zh") => simplified,
        _ => english,
    };
    let names: Vec<_> = NAMES.iter().map(|text| (text.0, json!(of(text)))).collect();
    let pack: Map<String, Value> = PACK.iter().map(|text| (text.0.to_owned(), json!(of(text)))).collect();
    let off = OFF.iter().map(|key| (*key, json!(false)));
    let numbers = NUMBERS.iter().map(|(key, number)| (*key, json!(number)));
    let choices = CHOICES.iter().map(|(key, choice)| (*key, json!(choice)));
    let empty = EMPTY.iter().map(|key| (*key, json!([])));
    names
        .into_iter()
        .chain(off)
        .chain(numbers)
        .chain(choices)
        .chain(empty)
        .chain([("language_pack_contents", Value::Object(pack))])
        .map(|(key, value)| Published { key: key.into(), tag: "pages", value })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_text_stands_once_and_in_three_languages() {
        for texts in [NAMES, PACK] {
            let keys: BTreeSet<&str> = texts.iter().map(|text| text.0).collect();
            assert_eq!(keys.len(), texts.len());
            assert!(texts.iter().all(|(_, a, b, c)| [a, b, c].iter().all(|text| !text.is_empty())));
        }
    }

    #[test]
    fn texts_are_in_the_language_that_is_spoken_else_in_english() {
        let send = |tag| {
            let pack = page_texts(tag).find(|page| page.key == "language_pack_contents").unwrap();
            pack.value["send"].clone()
        };
        assert_eq!([send("en"), send("fr"), send("")], [json!("Send"), json!("Send"), json!("Send")]);
        assert_eq!([send("zh-Hans-CN"), send("zh-Hant")], [json!("发送"), json!("傳送")]);
    }
}
