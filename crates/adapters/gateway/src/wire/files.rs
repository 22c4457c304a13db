//! Where files are uploaded, and where they are then.

/// Asks where to upload a file.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GetQNupTokenInput {
    /// 1 image, 2 sound, 3 and 5 film, 4 and 6 document.
    #[prost(int32, required, tag = "1")]
    pub(crate) kind: i32,
    /// What the client calls it.
    #[prost(string, optional, tag = "2")]
    pub(crate) key: Option<String>,
    /// What is to be downloaded, with a permission for it.
    #[prost(string, optional, tag = "5")]
    pub(crate) url: Option<String>,
}

/// It may be uploaded.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GetQNupTokenOutput {
    /// Until then, in seconds since 1970.
    #[prost(int64, required, tag = "1")]
    pub(crate) deadline: i64,
    #[prost(string, required, tag = "2")]
    pub(crate) token: String,
    /// JSON: a list of places.
    #[prost(string, optional, tag = "25")]
    pub(crate) places: Option<String>,
}

/// Asks where a file is that was uploaded.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GetDownloadUrlInput {
    #[prost(int32, required, tag = "1")]
    pub(crate) kind: i32,
    #[prost(string, required, tag = "2")]
    pub(crate) key: String,
}

/// It is there.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GetDownloadUrlOutput {
    #[prost(string, required, tag = "1")]
    pub(crate) url: String,
}
