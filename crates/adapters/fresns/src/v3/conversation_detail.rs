//! One conversation in 3.x, and what may be sent in it (docs/wire/fresns3.md#conversations).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::conversations::read_conversations::{ConversationError, ConversationRef};
use sixin_domain::file::FileKind;
use sixin_domain::file::upload::UploadLimits;
use sixin_domain::site::role::Role;
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::UserRef;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Visit, answered, query, visit};
use crate::api::FresnsApi;
use crate::codes::Failure;
use crate::conversations::panel::FileAccept;
use crate::conversations::views::detail;
use crate::key_filter::{Filtered, KeyFilter, Written};
use crate::responses::done;
use crate::users::detail::seen_by;
use crate::v3::Third;
use crate::v3::conversations::peer;
use crate::v3::key_filter::{FilterKeys, FilterType, filter};
use crate::v3::routes::DETAIL;
use crate::v3::user::User;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(show_conversation_v3))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ShowConversation)]
struct ShowConversation {
    filter_user_type: Option<FilterType>,
    filter_user_keys: Option<FilterKeys>,
}

/// What a page of messages needs.
#[derive(Serialize, ToSchema)]
#[schema(as = Fresns3ConversationDetail)]
pub(crate) struct ConversationDetail {
    configs: Configs,
    detail: Detail,
}

/// What may be sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fresns3ConversationConfigs)]
struct Configs {
    /// Whether messages are switched on.
    status: bool,
    files: FileConfigs,
}

/// Which files may be sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fresns3FileConfigs)]
struct FileConfigs {
    image: FileConfig,
    video: FileConfig,
    audio: FileConfig,
    document: FileConfig,
}

/// Which files of a kind may be sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3FileConfig)]
struct FileConfig {
    status: bool,
    /// Separated by commas.
    extensions: String,
    /// As the attribute `accept` of a file input wants it.
    input_accept: String,
    /// In MB.
    max_size: u64,
    /// In seconds, of what plays.
    #[schema(required = true)]
    max_time: Option<u64>,
    /// The same in its later name.
    #[schema(required = true)]
    max_duration: Option<u64>,
    /// `api`: with `common/file/upload`.
    upload_method: &'static str,
    /// The same in its other name.
    upload_type: &'static str,
    /// Always null.
    #[schema(required = true)]
    upload_url: Option<String>,
}

impl FileConfig {
    fn of(kind: FileKind, settings: &Settings, role: Option<&Role>, input_accept: String) -> Self {
        const MEGABYTE: u64 = 1024 * 1024;
        let limits = UploadLimits::of(kind, settings, role);
        Self {
            status: settings.allows_file(kind),
            extensions: settings.extensions(kind).join(","),
            input_accept,
            max_size: limits.bytes / MEGABYTE,
            max_time: limits.seconds,
            max_duration: limits.seconds,
            upload_method: "api",
            upload_type: "api",
            upload_url: None,
        }
    }
}

impl Configs {
    fn of(settings: &Settings, role: Option<&Role>) -> Self {
        let accept = FileAccept::of(settings);
        let of = |kind, accept| FileConfig::of(kind, settings, role, accept);
        Self {
            status: settings.is_on("conversation_status"),
            files: FileConfigs {
                image: of(FileKind::Image, accept.images),
                video: of(FileKind::Video, accept.videos),
                audio: of(FileKind::Audio, accept.audios),
                document: of(FileKind::Document, accept.documents),
            },
        }
    }
}

/// A conversation, also one that has not begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Detail)]
struct Detail {
    /// The other user.
    #[schema(required = true, value_type = Option<User>)]
    user: Option<Written>,
    #[schema(minimum = 0)]
    message_count: i64,
    #[schema(minimum = 0)]
    unread_count: i64,
}

/// Show one conversation
///
/// And which files may be sent. A conversation that has not begun has no messages.
#[utoipa::path(get, path = DETAIL, security(("user" = [])), params(("uidOrUsername" = String, Path, description = "Number or name of the other user.", min_length = 1, example = "user2")), request_body = ShowConversation, responses((status = 200, body = ConversationDetail)))]
pub(crate) async fn show_conversation_v3(
    request: HttpRequest,
    with: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let ShowConversation { filter_user_type, filter_user_keys } = query(&request)?;
        let keys = filter(filter_user_type, filter_user_keys)?;
        let with = peer(&with)?;
        let found = detail::<Third>(&api, &visit, &ConversationRef::With(with.clone()), &keys).await;
        let detail = match found {
            Ok(found) => Detail {
                user: found.user,
                message_count: found.message_count,
                unread_count: found.unread_count,
            },
            Err(ConversationError::NoSuchConversation(_)) => not_begun(&api, &visit, &with, &keys).await?,
            Err(error) => return Err(error.into()),
        };
        let role = visit.viewer().role(&*api.roles, visit.locale.now).await?;
        let configs = Configs::of(&visit.locale.settings, role.as_ref());
        Ok(done(ConversationDetail { configs, detail }, visit.locale.language))
    })
    .await
}

/// A conversation without messages.
async fn not_begun(
    api: &FresnsApi,
    visit: &Visit,
    with: &UserRef,
    keys: &KeyFilter,
) -> Result<Detail, Failure> {
    let user = seen_by(api, Some(visit.viewer()), with, &visit.locale).await?;
    let user = Filtered { value: User::from(user), keys }.written();
    Ok(Detail { user, message_count: 0, unread_count: 0 })
}
