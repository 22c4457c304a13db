//! What each code says, in three languages. The wordings are our own.

use std::borrow::Cow;

use sixin_domain::site::language::look_up;

/// A language messages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// `en`.
    English,
    /// `zh-Hans`.
    Simplified,
    /// `zh-Hant`.
    Traditional,
}

const TAGS: [(&str, Language); 3] =
    [("en", Language::English), ("zh-Hans", Language::Simplified), ("zh-Hant", Language::Traditional)];

impl Language {
    /// The language for whoever asks for that tag, if it is one of the three.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let found = look_up(tag, TAGS.iter().map(|(known, _)| *known))?;
        TAGS.iter().find(|(known, _)| *known == found).map(|(_, language)| *language)
    }
}

/// In which languages somebody is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Languages {
    first: Language,
    second: Option<Language>,
}

impl From<Language> for Languages {
    fn from(language: Language) -> Self {
        Self { first: language, second: None }
    }
}

impl Languages {
    /// The one that is asked for, or that of the site if none is. Whoever asks for one that is not there is told in English
    /// and in the language of the site: either alone may be one that it can't read.
    pub(crate) fn of(asked: Option<&str>, site: Language) -> Self {
        match asked.map(Language::of_tag) {
            Some(Some(language)) => language.into(),
            Some(None) => Self { first: Language::English, second: Some(site) },
            None => site.into(),
        }
    }
}

/// One code and its message in each language.
pub(crate) type Row = (i64, &'static str, &'static str, &'static str);

/// Every code a client can get.
#[rustfmt::skip]
pub(crate) const MESSAGES: &[Row] = &[
    (0, "ok", "ok", "ok"),
    (408, "The request body took too long to arrive", "请求内容传输超时", "請求內容傳輸逾時"),
    (413, "The request body is too large", "请求内容过大", "請求內容過大"),
    (415, "The request body is in a Content-Encoding or charset that is not read here; send UTF-8, as it is or with gzip", "不支持请求内容的 Content-Encoding 或字符集，请使用 UTF-8，不压缩或用 gzip", "不支援請求內容的 Content-Encoding 或字元集，請使用 UTF-8，不壓縮或用 gzip"),
    (500, "Something went wrong on the server", "服务器出现错误", "伺服器發生錯誤"),
    (503, "The server is busy, please try again shortly", "服务器繁忙，请稍后重试", "伺服器忙碌中，請稍後再試"),
    (30000, "A parameter has the wrong form or type", "参数格式或类型错误", "參數格式或型別錯誤"),
    (30001, "A required parameter is missing", "缺少必填参数", "缺少必填參數"),
    (30002, "A parameter has a value it may not have", "参数值不在允许范围内", "參數值不在允許範圍內"),
    (30004, "A parameter is not a JSON object", "参数不是 JSON 对象", "參數不是 JSON 物件"),
    (30005, "Two parameters were given of which only one may be", "两个互斥的参数只能提供一个", "兩個互斥的參數只能提供一個"),
    (31000, "The time stamp must have 10 to 13 digits and the uid must be a number", "时间戳须为 10 至 13 位数字，uid 须为数字", "時間戳須為 10 至 13 位數字，uid 須為數字"),
    (31101, "The platform id is not the number of a platform", "平台 ID 不是有效的平台编号", "平台 ID 不是有效的平台編號"),
    (31102, "This app key belongs to another platform", "该密钥不适用于此平台", "此金鑰不適用於這個平台"),
    (31103, "This session was made on another platform", "该登录凭证来自其他平台", "此登入憑證來自其他平台"),
    (31201, "The version is missing", "缺少版本号", "缺少版本號"),
    (31301, "The app id is missing, unknown or disabled", "应用 ID 缺失、不存在或已停用", "應用程式 ID 缺少、不存在或已停用"),
    (31302, "The signature is missing or does not match", "签名缺失或不匹配", "簽章缺少或不相符"),
    (31303, "The time of the signature is too far off, or it was used before", "签名时间相差过大或已被使用", "簽章時間相差過大或已被使用"),
    (31304, "This app key may not call this API", "该密钥无权请求此接口", "此金鑰無權呼叫這個介面"),
    (31401, "The site does not offer that language", "站点未启用该语言标签", "網站未啟用該語言標籤"),
    (31402, "That time zone is not a known offset", "时区偏移值无效", "時區偏移值無效"),
    (31501, "Please sign in to an account first", "请先登录账号", "請先登入帳號"),
    (31502, "There is no such account", "找不到该账号", "找不到此帳號"),
    (31503, "The session token is missing, please sign in again", "缺少登录凭证，请重新登录", "缺少登入憑證，請重新登入"),
    (31504, "The session has run out, please sign in again", "登录已过期，请重新登录", "登入已過期，請重新登入"),
    (31505, "The account session is not known, please sign in again", "账号登录凭证无效，请重新登录", "帳號登入憑證無效，請重新登入"),
    (31506, "The login token is not known, please sign in again", "登录令牌无效，请重新登录", "登入權杖無效，請重新登入"),
    (31507, "The login token has run out or was used already, please sign in again", "登录令牌已过期或已被使用，请重新登录", "登入權杖已過期或已被使用，請重新登入"),
    (31601, "Please choose a user first", "请先登录用户", "請先登入使用者"),
    (31602, "There is no such user", "找不到该用户", "找不到此使用者"),
    (31603, "The user session is not known, please sign in again", "用户登录凭证无效，请重新登录", "使用者登入憑證無效，請重新登入"),
    (31701, "The device information is missing", "缺少设备信息", "缺少裝置資訊"),
    (31702, "The device information must be a JSON object", "设备信息须为 JSON 对象", "裝置資訊須為 JSON 物件"),
    (32100, "Files can only be uploaded to this server itself", "文件只能直接上传到本服务", "檔案只能直接上傳到本服務"),
    (32201, "There is no such entry", "找不到该记录", "找不到此記錄"),
    (33102, "The site mode is set to neither public nor private", "站点模式既不是公开也不是私有", "網站模式既非公開也非私有"),
    (33203, "The verification code is wrong or has run out", "验证码错误或已过期", "驗證碼錯誤或已過期"),
    (33301, "This contains a word that is not allowed", "内容含有禁用词", "內容含有禁用詞"),
    (33302, "The message is too long", "消息内容过长", "訊息內容過長"),
    (34111, "Please give the password", "请提供密码", "請提供密碼"),
    (34201, "Accounts are made by the operators of this site", "站点未开放注册，账号由运营者创建", "網站未開放註冊，帳號由營運者建立"),
    (34304, "There is no such account, or the password is wrong", "账号不存在或密码错误", "帳號不存在或密碼錯誤"),
    (34306, "There were too many failures, please try again in an hour", "错误次数过多，请一小时后再试", "錯誤次數過多，請一小時後再試"),
    (34307, "This account is disabled", "该账号已被停用", "此帳號已被停用"),
    (34308, "This account has been deleted", "该账号已注销", "此帳號已註銷"),
    (35201, "There is no such user, or it does not belong to the account", "找不到该用户，或该用户不属于此账号", "找不到此使用者，或該使用者不屬於這個帳號"),
    (35202, "This user is disabled", "该用户已被停用", "此使用者已被停用"),
    (35203, "This user has left", "该用户已注销", "此使用者已註銷"),
    (35204, "The password of the user is wrong", "用户密码错误", "使用者密碼錯誤"),
    (35301, "You have no right to do that here", "您没有权限执行此操作", "您沒有權限執行此操作"),
    (35302, "Your membership has run out, so you can't do that", "您的会员已到期，不能执行此操作", "您的會員已到期，無法執行此操作"),
    (35303, "Your membership has run out, so you can't read here", "您的会员已到期，不能浏览", "您的會員已到期，無法瀏覽"),
    (35304, "This is newer than your membership", "该内容发布于您的会员到期之后", "該內容發佈於您的會員到期之後"),
    (36113, "The file is larger or longer than you may send", "文件大小或时长超出限制", "檔案大小或時長超出限制"),
    (36114, "Your role may not send private messages", "您的角色没有私信权限", "您的角色沒有私訊權限"),
    (36116, "You have reached the limit of your role", "已达到您的角色的数量上限", "已達到您的角色的數量上限"),
    (36117, "You are sending too fast, please wait a moment", "发送过于频繁，请稍候再试", "傳送過於頻繁，請稍候再試"),
    (36202, "You can't do that to yourself", "不能对自己执行此操作", "不能對自己執行此操作"),
    (36310, "Files of this kind can't be sent", "不支持发送这种文件", "不支援傳送這種檔案"),
    (36600, "Private messages are switched off on this site", "站点未开启私信", "網站未開啟私訊"),
    (36601, "There is no such conversation", "找不到该会话", "找不到此會話"),
    (36603, "You can't write to yourself", "不能给自己发私信", "不能傳私訊給自己"),
    (36604, "Give either message or fid, not both", "message 与 fid 只能二选一", "message 與 fid 只能擇一"),
    (36605, "The message contains a word that is not allowed", "消息中含有禁用词", "訊息中含有禁用詞"),
    (36606, "This user only accepts messages from people they follow", "对方仅接收其关注者的私信", "對方僅接收其追蹤對象的私訊"),
    (36607, "This user only accepts messages from people they follow and from verified users", "对方仅接收其关注者和认证用户的私信", "對方僅接收其追蹤對象與認證使用者的私訊"),
    (36608, "This user does not accept messages", "对方不接收私信", "對方不接收私訊"),
    (37500, "There is no such file for this message", "找不到可用于此消息的文件", "找不到可用於此訊息的檔案"),
    (37501, "This file is disabled", "该文件已被停用", "此檔案已被停用"),
];

/// What 30002 says of an `Idempotency-Key`; ours, in a HTTP status of its own.
pub(crate) const KEY_REUSED: Row =
    (30002, "This key was used for another request", "该键已用于另一个请求", "此鍵已用於另一個請求");

/// What 36605 says of a message that a hook has refused without a word.
pub(crate) const DENIED: Row = (36605, "The message was not let through", "消息未获通过", "訊息未獲通過");

const UNKNOWN: Row = (0, "The request failed", "请求失败", "請求失敗");

/// A code with its message.
pub(crate) fn row(code: i64) -> Option<&'static Row> {
    MESSAGES.iter().find(|(known, ..)| *known == code)
}

/// The message of a code.
pub(crate) fn message(code: i64, languages: impl Into<Languages>) -> Cow<'static, str> {
    in_languages(row(code).unwrap_or(&UNKNOWN), languages.into())
}

/// A message in the languages somebody is told it in.
pub(crate) fn in_languages(row: &'static Row, Languages { first, second }: Languages) -> Cow<'static, str> {
    let text = in_language(row, first);
    match second.map(|language| in_language(row, language)).filter(|other| *other != text) {
        Some(other) => format!("{text} / {other}").into(),
        None => text.into(),
    }
}

fn in_language((_, english, simplified, traditional): &Row, language: Language) -> &'static str {
    match language {
        Language::English => english,
        Language::Simplified => simplified,
        Language::Traditional => traditional,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_without_case() {
        assert_eq!(Language::of_tag("ZH-hans"), Some(Language::Simplified));
        assert_eq!(Language::of_tag("zh-Hant"), Some(Language::Traditional));
        assert_eq!(Language::of_tag("fr"), None);
        assert_eq!(Language::of_tag("en-US"), Some(Language::English));
        assert_eq!(Language::of_tag("zh-Hans-CN"), Some(Language::Simplified));
        assert_eq!(Language::of_tag("zh_HK"), Some(Language::Traditional));
    }

    #[test]
    fn whoever_asks_for_what_is_not_there_is_told_in_english_and_the_language_of_the_site() {
        let told = |asked, site| message(36603, Languages::of(asked, site));
        assert_eq!(told(Some("fr"), Language::Simplified), "You can't write to yourself / 不能给自己发私信");
        assert_eq!(told(Some("fr"), Language::English), "You can't write to yourself");
        assert_eq!(told(Some("en-GB"), Language::Simplified), "You can't write to yourself");
        assert_eq!(told(None, Language::Simplified), "不能给自己发私信");
        assert_eq!(message(0, Languages::of(Some("fr"), Language::Simplified)), "ok");
    }

    #[test]
    fn every_code_has_three_messages_and_stands_once() {
        for (index, (code, english, simplified, traditional)) in MESSAGES.iter().enumerate() {
            assert!([english, simplified, traditional].iter().all(|text| !text.is_empty()), "{code}");
            assert!(MESSAGES[..index].iter().all(|(other, ..)| other < code), "{code} is out of order");
        }
    }
}
