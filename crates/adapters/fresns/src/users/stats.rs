//! The counters of a user object (docs/wire/fresns.md#stats).

use serde::Serialize;
use utoipa::ToSchema;

macro_rules! stats {
    (
        $stats:ident as $schema:ident;
        counters: $($counter:ident),+; credits: $(($status:ident, $name:ident, $unit:ident)),+ $(,)?
    ) => {
        /// Counters of a user; a counter the site does not show is null.
        #[derive(Debug, Serialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        #[schema(as = $schema)]
        pub(crate) struct $stats {
            $(
                #[schema(required = true)]
                $counter: Option<i64>,
            )+
            $(
                /// 1 off, 2 private, 3 public.
                $status: i64,
                $name: String,
                $unit: String,
            )+
        }

        impl $stats {
            /// What a server shows that keeps no counters: none, and extra credits off.
            pub(crate) fn hidden() -> Self {
                Self {
                    $($counter: None,)+
                    $($status: 1, $name: String::new(), $unit: String::new(),)+
                }
            }
        }
    };
}

pub(crate) use stats;

stats! {
    Stats as FresnsUserStats;
    counters:
        like_user_count, like_group_count, like_hashtag_count, like_post_count, like_comment_count,
        dislike_user_count, dislike_group_count, dislike_hashtag_count, dislike_post_count, dislike_comment_count,
        follow_user_count, follow_group_count, follow_hashtag_count, follow_post_count, follow_comment_count,
        block_user_count, block_group_count, block_hashtag_count, block_post_count, block_comment_count,
        like_me_count, dislike_me_count, follow_me_count, block_me_count,
        post_publish_count, post_digest_count, post_like_count, post_dislike_count, post_follow_count,
        post_block_count,
        comment_publish_count, comment_digest_count, comment_like_count, comment_dislike_count,
        comment_follow_count, comment_block_count;
    credits:
        (extcredits1_status, extcredits1_name, extcredits1_unit),
        (extcredits2_status, extcredits2_name, extcredits2_unit),
        (extcredits3_status, extcredits3_name, extcredits3_unit),
        (extcredits4_status, extcredits4_name, extcredits4_unit),
        (extcredits5_status, extcredits5_name, extcredits5_unit),
}
