//! What pages say, in each language.

use sixin_domain::operator::OperatorRole;

use super::meanings;

macro_rules! words {
    ($($name:ident: $english:literal, $chinese:literal;)+) => {
        /// What pages say.
        pub(super) struct Words {
            /// The tag of the language.
            pub(super) tag: &'static str,
            $(pub(super) $name: &'static str,)+
        }

        /// In English.
        pub(super) static ENGLISH: Words = Words { tag: "en", $($name: $english,)+ };

        /// In Chinese.
        pub(super) static CHINESE: Words = Words { tag: "zh", $($name: $chinese,)+ };

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $chinese),)+];
    };
}

words! {
    console: "sixin console", "私信控制台";
    skip: "Skip to content", "跳到正文";
    menu: "Menu", "菜单";
    other_language: "中文", "English";
    other_language_tag: "zh", "en";
    sign_in: "Sign in", "登录";
    sign_out: "Sign out", "退出";
    name: "Name", "名称";
    password: "Password", "密码";
    code: "Code", "验证码";
    code_if_any: "if you have a second factor", "已启用两步验证时填写";
    wrong_password: "The name, the password or the code is wrong.", "名称、密码或验证码错误。";
    locked: "There were too many failures. Try again in a quarter of an hour.", "失败次数过多，请十五分钟后再试。";
    stale_form: "The form has become too old, or another site has sent it. Open the page anew and try again.", "表单已过期，或由其他网站提交。请重新打开页面再试。";
    forgotten: "Forgotten? Whoever runs the machine sets a new one: sixin operator password NAME", "忘记密码？由服务器管理者重设：sixin operator password 名称";
    not_done: "That was not done", "操作未完成";
    done: "Done.", "已完成。";
    back: "Back", "返回";
    refused_forbidden: "You may not do that", "您没有此权限";
    refused_unproven: "The password or the code is wrong", "密码或验证码错误";
    refused_locked: "There were too many failures; try again in a quarter of an hour", "失败次数过多，请十五分钟后再试";
    refused_not_found: "There is no such thing", "找不到";
    refused_taken: "That is taken already", "已被占用";
    refused_unavailable: "The server can't do that now; try again", "服务器暂时无法处理，请重试";
    refused_fault: "A fault of the server; its log says more", "服务器故障，详见日志";
    refused_receiver: "The receiver did not take it", "接收方未接受";
    viewer: "viewer", "查看者";
    support: "support", "客服";
    administrator: "administrator", "系统管理员";
    overview: "Overview", "概览";
    users: "Users", "用户";
    conversation: "Conversation", "会话";
    search: "Search messages", "搜索消息";
    app_keys: "App keys", "应用密钥";
    settings: "Settings", "设置";
    roles: "Roles", "角色";
    words: "Block words", "屏蔽词";
    webhooks: "Webhooks", "Webhook";
    hooks: "Hooks", "审核钩子";
    audit: "Audit", "审计";
    group_people: "People", "用户与消息";
    group_site: "Site", "站点";
    group_receivers: "Receivers", "接收方";
    all_times_utc: "All times are UTC.", "所有时间均为 UTC。";
    ready: "Ready: requests are served.", "运行正常：正在处理请求。";
    not_ready: "Not ready:", "未就绪：";
    weakness: "Less durable than the default:", "持久性低于默认值：";
    version: "Version", "版本";
    started: "Started", "启动时间";
    database: "Database", "数据库";
    memory: "Memory", "内存";
    database_size: "Size of the database", "数据库大小";
    last_minutes: "Last ten minutes of this process", "本进程最近十分钟";
    plot_messages: "Messages stored a second", "每秒存储消息";
    plot_requests: "Requests answered a second", "每秒应答请求";
    plot_commit: "Commit time in ms", "提交耗时（毫秒）";
    plot_queue: "Sends waiting", "等待发送";
    plot_live: "Live streams open", "实时连接";
    now: "now", "当前";
    most: "most", "最高";
    no_samples: "The first numbers come in a few seconds.", "数据将在几秒后出现。";
    disks: "Disks", "磁盘";
    free_of: "free of", "可用，共";
    place_database: "Database", "数据库";
    place_files: "Files", "文件";
    place_arriving: "Files that arrive", "上传中的文件";
    find_users: "Number, or part of a name", "编号或名称的一部分";
    find: "Find", "查找";
    uid: "Number", "编号";
    username: "Username", "用户名";
    nickname: "Shown name", "昵称";
    state: "State", "状态";
    made: "Made", "创建时间";
    on: "on", "正常";
    off: "off", "已停用";
    deleted: "deleted", "已删除";
    banned_until: "banned until", "封禁至";
    muted: "muted", "已禁言";
    no_users: "Nobody is called so.", "没有符合条件的用户。";
    more: "More", "更多";
    new_user: "Make a user", "创建用户";
    optional: "optional", "可选";
    email: "E-mail", "电子邮箱";
    phone: "Telephone with country code", "电话（含国家代码）";
    at_least_8: "at least 8 characters", "至少 8 个字符";
    make: "Make", "创建";
    account: "Account", "账号";
    has_password: "has a password", "已设密码";
    no_password: "no password", "未设密码";
    main_role: "main", "主角色";
    until: "until", "至";
    never: "never", "永不";
    sessions: "Sessions", "登录会话";
    platform: "Platform", "平台";
    ends: "Ends", "结束时间";
    for_account: "(account)", "（账号）";
    end_session: "End", "结束";
    end_all_sessions: "End all sessions", "结束全部会话";
    none: "None.", "无。";
    devices: "Devices", "设备";
    app: "App", "应用";
    seen: "Seen", "最近在线";
    blocks: "Blocks", "拉黑名单";
    lets_through: "Lets through", "白名单";
    restrict: "Keep from things", "限制";
    reason: "Reason", "原因";
    reason_written: "written down in the audit", "将记入审计";
    ban: "Ban", "封禁";
    minutes: "Minutes of a ban", "封禁分钟数";
    unban: "Lift the ban", "解除封禁";
    mute: "Mute", "禁言";
    unmute: "Unmute", "解除禁言";
    disable: "Disable", "停用";
    enable: "Enable", "启用";
    new_password: "New password", "新密码";
    set_password: "Set, and end all sessions", "设置并结束全部会话";
    delete: "Delete", "删除";
    delete_user: "Delete this user", "删除此用户";
    delete_explained: "This can't be undone. The messages stay; the name and the number stay taken.", "此操作无法撤销。消息会保留，用户名与编号不会释放。";
    export: "Download", "下载";
    export_user: "All that belongs to this user", "此用户的全部数据";
    export_explained: "A zip archive: profile, lists, conversations, messages and uploaded files. It may take a while to begin.", "一个 zip 归档：资料、列表、会话、消息与上传的文件。准备可能需要一些时间。";
    erase: "Erase for good", "永久抹除";
    erase_user: "Erase this user", "抹除此用户";
    erase_explained: "What it was called, wrote and uploaded goes for good; conversations of others stay and say so. There is no way back.", "其名称、所写内容与上传的文件将永久消失；他人的会话会保留并注明。此操作无法撤销。";
    retention: "How long things are kept", "保留期限";
    retention_explained: "The configuration file says so. What is older goes for good, in small steps; servers do that by themselves.", "由配置文件规定。超过期限的内容将永久消失；服务器会自行分小步清除。";
    kept_what: "What", "内容";
    kept_days: "Days", "天数";
    for_ever: "for ever", "永久";
    would_go: "Would go now", "现可清除";
    at_least: "at least", "至少";
    count_due: "Count what would go", "统计可清除的数量";
    run_retention: "Remove it now", "立即清除";
    kept_messages: "Messages", "消息";
    kept_revisions: "What messages said before they were edited", "消息编辑前的内容";
    kept_files: "Uploads that no message names any more", "不再被任何消息引用的上传文件";
    kept_audit: "Audit", "审计记录";
    confirm_delete: "Type the username to confirm", "输入用户名以确认";
    confirm_delete_wrong: "type the username exactly to delete it", "请准确输入用户名以删除";
    see_conversation: "Look at a conversation", "查看会话";
    see_audit: "What was done to it", "操作记录";
    when: "When", "时间";
    who: "Who", "操作者";
    what: "What", "操作";
    target: "To whom or what", "对象";
    details: "Details", "详情";
    from_address: "From", "来源";
    filter: "Show", "筛选";
    no_rows: "Nothing was written down.", "没有记录。";
    settings_explained: "Running servers follow a change within two seconds. What each setting means is told in English.", "更改会在两秒内于运行中的服务器生效。设置说明为英文。";
    changed: "changed", "已更改";
    built_in: "Built in", "默认值";
    save: "Save", "保存";
    reset: "Reset", "恢复默认";
    empty: "(empty)", "（空）";
    permissions: "Permissions", "权限";
    value: "Value", "值";
    permission_explained: "JSON: true, false or a number", "JSON：true、false 或数字";
    set_permission: "Set a permission", "设置权限";
    custom: "only clients look at it", "仅供客户端使用";
    new_role: "Make a role", "创建角色";
    role_number: "Number of the role", "角色编号";
    known_permissions: "What permissions mean", "权限说明";
    word: "Word", "词";
    mode: "What happens", "处理方式";
    mode_refuse: "message refused", "拒绝发送";
    mode_replace: "word replaced", "替换";
    mode_ignore: "nothing", "忽略";
    with: "Replaced with", "替换为";
    whole: "only where it stands alone", "仅整词匹配";
    add_word: "Add or change a word", "添加或更改";
    add: "Add", "添加";
    remove: "Remove", "移除";
    no_words: "There are no block words.", "没有屏蔽词。";
    try_out: "Try it out", "试一试";
    try_explained: "What would become of this text in a message? Nothing is sent.", "这段文字在消息中会怎样？不会真正发送。";
    text: "Text", "文字";
    try_now: "Try", "测试";
    tried_unchanged: "It would be sent as it is.", "将原样发送。";
    tried_changed: "It would be sent so:", "将以如下内容发送：";
    tried_refused: "It would be refused.", "将被拒绝。";
    dialect: "Dialect", "接口";
    dialect_fresns: "Fresns, for apps", "Fresns（应用）";
    dialect_rongcloud: "RongCloud, for back ends", "融云（后端）";
    note: "Note", "备注";
    id: "Id", "标识";
    strict: "strict", "严格";
    strict_explained: "refuse old time stamps and repeated nonces", "拒绝过期时间戳与重复 nonce";
    rate: "Sends a minute", "每分钟发送";
    rate_site: "as the site", "同站点";
    rate_none: "no limit", "不限";
    rate_explained: "0 is no limit; empty is the rate of the site", "0 表示不限，留空则同站点";
    former_until: "former secret works until", "旧密钥有效至";
    rotate: "New secret", "更换密钥";
    new_key: "Make an app key", "创建应用密钥";
    fresh_secret: "This secret is shown once. Copy it now.", "此密钥只显示一次，请立即复制。";
    secret: "Secret", "密钥";
    copy: "Copy", "复制";
    copied: "Copied", "已复制";
    no_keys: "There are no app keys.", "没有应用密钥。";
    first_user: "First user", "第一位用户";
    second_user: "Second user", "第二位用户";
    number_or_name: "number or username", "编号或用户名";
    why_look: "Why you look", "查看原因";
    why_explained: "Every look is written down with its reason.", "每次查看都会连同原因记入审计。";
    look: "Look", "查看";
    no_conversation: "They have written nothing to each other.", "双方没有往来消息。";
    stored_messages: "messages in all", "条消息";
    unread_by: "unread by", "未读：";
    recalled: "recalled", "已撤回";
    edited: "edited", "已编辑";
    said_before: "said before", "原内容";
    hidden_from: "hidden from", "不可见：";
    read: "read", "已读";
    unread: "not read", "未读";
    deleted_by: "deleted by", "已删除：";
    older: "Older messages", "更早的消息";
    a_user: "Somebody who wrote or got it", "发送或接收者";
    another_user: "Somebody else who wrote or got it", "另一方";
    search_text: "Text in it", "包含文字";
    since: "Since", "自";
    until_day: "Until", "至";
    search_explained: "A text, a user, or both. The latest come first.", "输入文字、用户或两者。最新的在前。";
    looked_at: "messages looked at", "条消息已检查";
    covered_since: "back to", "最早至";
    covered_all: "Everything that was asked for was looked at.", "已检查全部范围。";
    covered_part: "There is more: search further.", "还有更多，可继续搜索。";
    search_further: "Search further", "继续搜索";
    found_none: "Nothing was found.", "没有找到。";
    gone_user: "(gone)", "（已不存在）";
    url: "Address", "地址";
    kind: "Kind", "类型";
    told_until: "Told until", "已通知至";
    waiting: "Waiting", "等待";
    dead: "Dead letters", "死信";
    last_failure: "Last failure", "最近失败";
    pause: "Pause", "暂停";
    resume: "Resume", "恢复";
    test: "Test", "测试";
    retry: "Try again", "重试";
    forget: "Forget", "丢弃";
    replay: "Tell again", "重放";
    hours_back: "Hours back", "回溯小时数";
    no_webhooks: "There are no webhooks.", "没有 Webhook。";
    new_webhook: "Add a webhook", "添加 Webhook";
    new_hook: "Add a hook", "添加审核钩子";
    events: "Events", "事件";
    events_explained: "with commas between; empty for all", "用逗号分隔，留空表示全部";
    app_key: "App key that signs", "用于签名的应用密钥";
    own_secret: "Secret of its own", "自有密钥";
    own_secret_explained: "empty for a fresh one", "留空则生成新密钥";
    in_flight: "Requests at a time", "并发请求数";
    server_messages: "rongcloud-route: also what back ends publish", "rongcloud-route：也包括后端发布的消息";
    one_event: "One event, by its number", "单个事件的编号";
    signed_by_key: "Added. The secret of its app key signs.", "已添加，使用其应用密钥签名。";
    hook_said: "The hook answered", "钩子应答";
    object_names: "Types of messages", "消息类型";
    no_answer: "Without an answer", "无应答时";
    deliver: "message delivered", "照常发送";
    set_rate: "Set rate", "设置频率";
    operators: "Operators", "管理员";
    operator_role: "Role", "角色";
    you: "you", "您";
    not_yet: "never", "从未";
    signed_in: "Last signed in", "最近登录";
    fresh_password: "This password is shown once. Pass it on over a way that nobody else reads.", "此密码只显示一次，请通过安全的途径转交。";
    make_password: "Make a new password", "生成新密码";
    new_operator: "Make an operator", "创建管理员";
    own_account: "Your account", "我的账号";
    second_factor: "Second factor", "两步验证";
    in_use: "in use", "已启用";
    not_in_use: "not in use", "未启用";
    second_factor_explained: "An app on your telephone makes a code that changes every thirty seconds, and nobody signs in as you with the password alone.", "手机应用每三十秒生成一个验证码；仅凭密码将无法登录您的账号。";
    second_factor_set_up: "Set it up", "设置";
    second_factor_replace: "Use another app", "更换应用";
    second_factor_picture: "Picture for an app that makes codes; the same as text stands below it", "供验证码应用扫描的二维码，下方为同内容文字";
    second_factor_by_hand: "Read the picture with the app, or type this in:", "用应用扫描二维码，或手动输入：";
    second_factor_begin: "Begin", "启用";
    second_factor_end: "End the second factor", "停用两步验证";
    second_factor_take: "Take away the second factor", "移除两步验证";
    code_of_app: "Code that the app shows now", "应用当前显示的验证码";
    code_of_old: "Code of the app so far", "原应用的验证码";
    own_password: "Choose another password", "修改密码";
    own_password_explained: "You are signed out everywhere and sign in with it.", "修改后所有会话将退出，请用新密码登录。";
    password_so_far: "Password so far", "当前密码";
    new_password_again: "The same again", "再次输入新密码";
    at_least_12: "at least 12 characters", "至少 12 个字符";
    import_key: "Take over a key that exists elsewhere", "导入已有密钥";
    allow_short: "take a secret of fewer than 16 characters, which can be guessed", "允许少于 16 个字符的密钥（可能被猜出）";
    new_operator_explained: "A password is made, and shown once.", "系统会生成密码，只显示一次。";
    tokens: "Tokens", "令牌";
    token: "Token", "令牌";
    no_tokens: "There are no tokens.", "没有令牌。";
    new_token: "Make a token", "创建令牌";
    token_for: "What it is for", "用途";
    token_hours: "Hours it works", "有效小时数";
    token_hours_explained: "empty for ever", "留空则永久有效";
    token_explained: "It may do what is ticked, as far as the role of its operator allows it. Whoever has the scope operators can give itself all others.", "令牌只能执行勾选的操作，且不超过该管理员的角色。拥有 operators 权限者可以为自己取得其他一切权限。";
    scopes: "Scopes", "权限范围";
    revoke: "Revoke", "吊销";
    tries: "Tries", "尝试次数";
    paused: "paused", "已暂停";
    failing: "failing", "失败中";
    probing: "probing", "探测中";
    no_hooks: "There are no hooks.", "没有审核钩子。";
    decisions: "What was decided", "审核决定";
    outcome: "Outcome", "结果";
    sender: "From", "发送者";
    recipient: "To", "接收者";
    took: "Took", "耗时";
    deadline: "Deadline", "时限";
    otherwise: "without an answer", "无应答时";
    asked_about: "Asked about", "审核范围";
    all_types: "all types", "全部类型";
    no_decisions: "Nothing was decided yet.", "还没有决定。";
    sure: "Are you sure?", "确定吗？";
}

impl Words {
    /// What an operator is called by its role.
    pub(super) fn role(&self, role: OperatorRole) -> &'static str {
        match role {
            OperatorRole::Viewer => self.viewer,
            OperatorRole::Support => self.support,
            OperatorRole::Administrator => self.administrator,
        }
    }

    /// The same by the name of the role.
    pub(super) fn role_of(&self, name: impl AsRef<str>) -> &'static str {
        self.role(OperatorRole::from_name(name.as_ref()).unwrap_or(OperatorRole::Viewer))
    }

    /// What a refusal is called by its word.
    pub(super) fn refusal(&self, word: &str) -> &'static str {
        match word {
            "forbidden" => self.refused_forbidden,
            "unproven" => self.refused_unproven,
            "locked" => self.refused_locked,
            "not_found" => self.refused_not_found,
            "taken" => self.refused_taken,
            "unavailable" => self.refused_unavailable,
            "fault" => self.refused_fault,
            "receiver_failed" => self.refused_receiver,
            _ => self.not_done,
        }
    }

    /// What a setting or a permission means; `english` where this language has no words for it.
    pub(super) fn meaning<'a>(&self, key: impl AsRef<str>, english: &'a str) -> &'a str {
        let own = if self.tag == CHINESE.tag { meanings::in_chinese(key.as_ref()) } else { None };
        own.unwrap_or(english)
    }

    /// What is called so that is kept for a time.
    pub(super) fn kept(&self, what: impl AsRef<str>) -> &'static str {
        match what.as_ref() {
            "messages" => self.kept_messages,
            "revisions" => self.kept_revisions,
            "files" => self.kept_files,
            _ => self.kept_audit,
        }
    }

    /// What a place is called in which something is kept.
    pub(super) fn place(&self, place: &str) -> &'static str {
        match place {
            "database" => self.place_database,
            "files" => self.place_files,
            _ => self.place_arriving,
        }
    }

    /// What a state is called.
    pub(super) fn state_of(&self, state: impl AsRef<str>) -> &'static str {
        match state.as_ref() {
            "on" => self.on,
            "deleted" => self.deleted,
            "paused" => self.paused,
            "failing" => self.failing,
            "probing" => self.probing,
            _ => self.off,
        }
    }

    /// What happens for a word.
    pub(super) fn mode_of(&self, mode: impl AsRef<str>) -> &'static str {
        match mode.as_ref() {
            "refuse" => self.mode_refuse,
            "replace" => self.mode_replace,
            _ => self.mode_ignore,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_said_in_both_languages() {
        for (name, english, chinese) in ALL {
            assert!(!english.trim().is_empty() && !chinese.trim().is_empty(), "{name}");
            let is_chinese = chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            let is_same_in_both = ["other_language", "other_language_tag", "webhooks"].contains(name);
            assert!(is_chinese || is_same_in_both, "{name} is not Chinese: {chinese}");
        }
    }
}
