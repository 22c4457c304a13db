//! Profiles: what is known of users.

/// What is known of a user, or what of it is to change.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UserProfile {
    #[prost(int64, optional, tag = "1")]
    pub(crate) version: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub(crate) user_id: Option<String>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) profile: Vec<ProfileInfo>,
    /// Pairs of the app's own.
    #[prost(message, repeated, tag = "4")]
    pub(crate) extensions: Vec<ProfileInfo>,
}

/// One thing; numbers are texts too.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ProfileInfo {
    #[prost(string, optional, tag = "1")]
    pub(crate) key: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(crate) value: Option<String>,
}

/// It was changed, or this of it can't be.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SetUserProfileResp {
    #[prost(int64, optional, tag = "1")]
    pub(crate) version: Option<i64>,
}

/// Asks what is known of users.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullUserProfileReq {
    #[prost(string, repeated, tag = "1")]
    pub(crate) users: Vec<String>,
}

/// This is.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UserProfiles {
    #[prost(message, repeated, tag = "1")]
    pub(crate) profiles: Vec<UserProfile>,
}

/// Who may see a profile: 1 nobody, 3 everybody.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UserProfilePermission {
    #[prost(int32, optional, tag = "1")]
    pub(crate) permission: Option<i32>,
}
