//! What an app shows of its user at a glance (docs/wire/fresns.md#panel).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use sixin_application::conversations::ports::ListTotals;
use sixin_domain::file::FileKind;
use sixin_domain::site::settings::Settings;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{answered, visit};
use crate::api::FresnsApi;
use crate::responses::done;
use crate::routes::PANEL;

/// The panel of a user. What belongs to plugins, posts and comments is empty: this server has none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsPanel)]
pub(crate) struct Panel {
    #[schema(value_type = Vec<Object>)]
    features: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    profiles: Vec<Value>,
    conversations: ConversationTotals,
    unread_notifications: Notifications,
    draft_count: Drafts,
    publish_config: PublishConfigs,
    file_accept: FileAccept,
}

/// Sums over all conversations of the user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsConversationTotals)]
pub(crate) struct ConversationTotals {
    #[schema(minimum = 0)]
    conversation_count: i64,
    #[schema(minimum = 0)]
    unread_messages: i64,
}

impl From<ListTotals> for ConversationTotals {
    fn from(totals: ListTotals) -> Self {
        Self { conversation_count: totals.conversations, unread_messages: totals.unread }
    }
}

/// Unread notifications; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = FresnsNotifications)]
pub(crate) struct Notifications {
    systems: i64,
    recommends: i64,
    likes: i64,
    dislikes: i64,
    follows: i64,
    blocks: i64,
    mentions: i64,
    comments: i64,
}

/// Drafts; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = FresnsDrafts)]
pub(crate) struct Drafts {
    posts: i64,
    comments: i64,
}

/// What the user may publish.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = FresnsPublishConfigs)]
pub(crate) struct PublishConfigs {
    post: PublishConfig,
    comment: PublishConfig,
}

/// Nothing: this server has neither posts nor comments.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = FresnsPublishConfig)]
pub(crate) struct PublishConfig {
    perm: PublishPermission,
    limit: PublishLimit,
}

/// Whether something may be published.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsPublishPermission)]
pub(crate) struct PublishPermission {
    draft: bool,
    publish: bool,
    review: bool,
    email_required: bool,
    phone_required: bool,
    real_name_required: bool,
    tips: Vec<String>,
}

/// When nothing may be published; off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsPublishLimit)]
pub(crate) struct PublishLimit {
    status: bool,
    r#type: i64,
    #[schema(required = true)]
    period_start: Option<String>,
    #[schema(required = true)]
    period_end: Option<String>,
    #[schema(required = true)]
    cycle_start: Option<String>,
    #[schema(required = true)]
    cycle_end: Option<String>,
    rule: i64,
    #[schema(required = true)]
    tip: Option<String>,
}

impl Default for PublishLimit {
    fn default() -> Self {
        Self {
            status: false,
            r#type: 1,
            period_start: None,
            period_end: None,
            cycle_start: None,
            cycle_end: None,
            rule: 1,
            tip: None,
        }
    }
}

/// Files of each kind that are taken, as the attribute `accept` of a file input wants it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FresnsFileAccept)]
pub(crate) struct FileAccept {
    #[schema(example = "image/png,image/gif")]
    pub(crate) images: String,
    pub(crate) videos: String,
    pub(crate) audios: String,
    #[schema(example = ".doc,.docx")]
    pub(crate) documents: String,
}

impl FileAccept {
    pub(crate) fn of(settings: &Settings) -> Self {
        let accept = |kind, before: &str| {
            let names = settings.extensions(kind).into_iter();
            names.map(|name| format!("{before}{name}")).collect::<Vec<_>>().join(",")
        };
        Self {
            images: accept(FileKind::Image, "image/"),
            videos: accept(FileKind::Video, "video/"),
            audios: accept(FileKind::Audio, "audio/"),
            documents: accept(FileKind::Document, "."),
        }
    }
}

impl Panel {
    fn of(totals: ListTotals, settings: &Settings) -> Self {
        Self {
            features: Vec::new(),
            profiles: Vec::new(),
            conversations: totals.into(),
            unread_notifications: Notifications::default(),
            draft_count: Drafts::default(),
            publish_config: PublishConfigs::default(),
            file_accept: FileAccept::of(settings),
        }
    }
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(show_panel))]
pub(crate) struct Described;

/// Show what awaits the caller
///
/// How many conversations and unread messages the caller has, and which files are taken.
#[utoipa::path(get, path = PANEL, security(("user" = [])), responses((status = 200, body = Panel)))]
pub(crate) async fn show_panel(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let totals = api.read_conversations.totals(&visit.viewer()).await?;
        Ok(done(Panel::of(totals, &visit.locale.settings), visit.locale.language))
    })
    .await
}
