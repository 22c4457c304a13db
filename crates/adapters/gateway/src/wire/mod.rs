//! The bytes: frames, and the messages of protobuf in them.
//!
//! Fields that the SDK takes for required are written also where they are zero, or it can't read the message.

pub(crate) mod conversations;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod messages;
pub(crate) mod preferences;
pub(crate) mod profiles;
pub(crate) mod receipts;
pub(crate) mod text;
pub(crate) mod unread;
pub(crate) mod users;

/// A one-to-one conversation.
pub(crate) const PRIVATE: i32 = 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message;

    use super::messages::{DownStreamMessage, DownStreamMessages, NotifyMsg, UpStreamMessage};
    use super::receipts::EventChange;
    use super::{conversations, files, messages, profiles, receipts};

    #[test]
    fn what_the_sdk_requires_is_written_also_where_it_is_zero() {
        let page = DownStreamMessages { list: Vec::new(), sync_time: 7, finished: false };
        assert_eq!(page.encode_to_vec(), [0x10, 7, 0x18, 0]);
        assert_eq!(NotifyMsg::default().encode_to_vec(), [0x08, 0]);
        let message = DownStreamMessage::default().encode_to_vec();
        assert_eq!(message, [0x0A, 0, 0x10, 0, 0x22, 0, 0x2A, 0, 0x30, 0, 0x38, 0]);
        assert_eq!(EventChange::default().encode_to_vec(), [0x58, 0]);
        assert_eq!(messages::HistoryMsgOutput::default().encode_to_vec(), [0x10, 0, 0x18, 0]);
        let set = conversations::SessionStateModifyResp::default();
        assert_eq!(set.encode_to_vec(), [0x08, 0, 0x10, 0]);
    }

    #[test]
    fn a_message_is_read_as_the_sdk_writes_it() {
        // sessionId 3, classname, content, clientUniqueId, and a field nobody knows here.
        let mut bytes = b"\x08\x03\x12\x09RC:TxtMsg\x1a\x0f{\"content\":\"x\"}\x50\x95\x9a\xef\x3a".to_vec();
        bytes.extend([0xF8, 0x07, 1]);
        let message = UpStreamMessage::decode(&*bytes).unwrap();
        assert_eq!((message.session_id, message.class_name.as_str()), (3, "RC:TxtMsg"));
        assert_eq!(
            (message.content.as_str(), message.client_unique_id),
            (r#"{"content":"x"}"#, Some(123_456_789))
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = UpStreamMessage::decode(&*bytes);
            let _ = messages::MsgQuery::decode(&*bytes);
            let _ = messages::DeleteMsgInput::decode(&*bytes);
            let _ = conversations::RelationQryInput::decode(&*bytes);
            let _ = conversations::SessionStateModifyReq::decode(&*bytes);
            let _ = receipts::QueryReceiptBatchReq::decode(&*bytes);
            let _ = files::GetQNupTokenInput::decode(&*bytes);
            let _ = profiles::UserProfile::decode(&*bytes);
            let _ = files::GetDownloadUrlInput::decode(&*bytes);
        }
    }
}
