//! The tables, as diesel sees them on both databases. Kept by hand; a test holds it against the migrated databases.
//!
//! All numbers are at most 2^53-1, all times milliseconds since 1970 UTC.

diesel::table! {
    accounts (id) {
        id -> BigInt,
        aid -> Text,
        is_enable -> Bool,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        email -> Nullable<Text>,
        country_code -> Nullable<Text>,
        pure_phone -> Nullable<Text>,
        phone -> Nullable<Text>,
        password -> Nullable<Text>,
        last_login_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        account_id -> BigInt,
        uid -> BigInt,
        username -> Text,
        nickname -> Text,
        password -> Nullable<Text>,
        avatar_file_url -> Nullable<Text>,
        banner_file_url -> Nullable<Text>,
        gender -> SmallInt,
        birthday -> Nullable<BigInt>,
        bio -> Nullable<Text>,
        location -> Nullable<Text>,
        verified_status -> SmallInt,
        verified_desc -> Nullable<Text>,
        verified_at -> Nullable<BigInt>,
        conversation_limit -> SmallInt,
        comment_limit -> SmallInt,
        timezone -> Nullable<Text>,
        expired_at -> Nullable<BigInt>,
        last_post_at -> Nullable<BigInt>,
        last_comment_at -> Nullable<BigInt>,
        last_username_at -> Nullable<BigInt>,
        last_nickname_at -> Nullable<BigInt>,
        rank_state -> SmallInt,
        is_enable -> Bool,
        wait_delete -> Bool,
        wait_delete_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    roles (id) {
        id -> BigInt,
        name -> Text,
        #[sql_name = "type"]
        type_ -> SmallInt,
        icon_file_url -> Nullable<Text>,
        is_display_name -> Bool,
        is_display_icon -> Bool,
        nickname_color -> Nullable<Text>,
        permissions -> Text,
        rank_state -> SmallInt,
        rating -> SmallInt,
        is_enable -> Bool,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    user_roles (id) {
        id -> BigInt,
        user_id -> BigInt,
        role_id -> BigInt,
        is_main -> Bool,
        expired_at -> Nullable<BigInt>,
        restore_role_id -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    user_follows (id) {
        id -> BigInt,
        user_id -> BigInt,
        follow_type -> SmallInt,
        follow_id -> BigInt,
        user_note -> Nullable<Text>,
        is_mutual -> Bool,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    user_blocks (id) {
        id -> BigInt,
        user_id -> BigInt,
        block_type -> SmallInt,
        block_id -> BigInt,
        user_note -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    configs (id) {
        id -> BigInt,
        item_key -> Text,
        item_value -> Nullable<Text>,
        item_type -> Text,
        is_api -> Bool,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    block_words (id) {
        id -> BigInt,
        word -> Text,
        content_mode -> SmallInt,
        user_mode -> SmallInt,
        conversation_mode -> SmallInt,
        replace_word -> Nullable<Text>,
        is_whole -> Bool,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    cache_epochs (topic) {
        topic -> Text,
        epoch -> BigInt,
    }
}

diesel::table! {
    session_keys (id) {
        id -> BigInt,
        dialect -> Text,
        platform_id -> SmallInt,
        name -> Text,
        #[sql_name = "type"]
        type_ -> SmallInt,
        app_id -> Text,
        app_secret -> Text,
        former_secret -> Nullable<Text>,
        former_until -> Nullable<BigInt>,
        is_strict -> Bool,
        is_enable -> Bool,
        sends_per_minute -> Nullable<Integer>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    session_tokens (id) {
        id -> BigInt,
        platform_id -> SmallInt,
        account_id -> BigInt,
        user_id -> Nullable<BigInt>,
        token_hash -> Binary,
        expired_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    login_failures (id) {
        id -> BigInt,
        key_hash -> Binary,
        failed_at -> BigInt,
    }
}

diesel::table! {
    used_nonces (app_key_id, nonce_hash) {
        app_key_id -> BigInt,
        nonce_hash -> Binary,
        signed_at -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (app_key_id, user_id, key_hash) {
        app_key_id -> BigInt,
        user_id -> BigInt,
        key_hash -> Binary,
        fingerprint -> Binary,
        result -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    process_leases (number) {
        number -> SmallInt,
        token -> Nullable<Text>,
        ends_at -> BigInt,
        high_water -> BigInt,
    }
}

diesel::table! {
    files (id) {
        id -> BigInt,
        fid -> Text,
        #[sql_name = "type"]
        type_ -> SmallInt,
        name -> Text,
        mime -> Nullable<Text>,
        extension -> Text,
        size -> Nullable<BigInt>,
        md5 -> Nullable<Text>,
        sha -> Nullable<Text>,
        sha_type -> Nullable<Text>,
        path -> Text,
        image_width -> Nullable<BigInt>,
        image_height -> Nullable<BigInt>,
        audio_time -> Nullable<BigInt>,
        video_time -> Nullable<BigInt>,
        video_cover_path -> Nullable<Text>,
        video_gif_path -> Nullable<Text>,
        more_json -> Nullable<Text>,
        transcoding_state -> SmallInt,
        is_sensitive -> Bool,
        is_enable -> Bool,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        keeping -> SmallInt,
        thumbnail_extension -> Nullable<Text>,
    }
}

diesel::table! {
    file_usages (id) {
        id -> BigInt,
        file_id -> BigInt,
        file_type -> SmallInt,
        usage_type -> SmallInt,
        platform_id -> SmallInt,
        table_name -> Text,
        table_column -> Text,
        table_id -> Nullable<BigInt>,
        table_key -> Nullable<Text>,
        account_id -> Nullable<BigInt>,
        user_id -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    site_secrets (name) {
        name -> Text,
        value -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    conversations (id) {
        id -> BigInt,
        a_user_id -> BigInt,
        b_user_id -> BigInt,
        last_seq -> BigInt,
        last_sent_at -> BigInt,
        latest_message_id -> Nullable<BigInt>,
        latest_message_time -> Nullable<BigInt>,
        latest_message_brief -> Nullable<Text>,
        a_status -> SmallInt,
        a_is_display -> Bool,
        a_is_pin -> Bool,
        a_read_seq -> BigInt,
        a_cleared_seq -> BigInt,
        a_unread -> BigInt,
        a_message_count -> BigInt,
        a_latest_message_id -> Nullable<BigInt>,
        a_latest_message_time -> Nullable<BigInt>,
        a_latest_hour -> Nullable<BigInt>,
        a_latest_message_brief -> Nullable<Text>,
        b_status -> SmallInt,
        b_is_display -> Bool,
        b_is_pin -> Bool,
        b_read_seq -> BigInt,
        b_cleared_seq -> BigInt,
        b_unread -> BigInt,
        b_message_count -> BigInt,
        b_latest_message_id -> Nullable<BigInt>,
        b_latest_message_time -> Nullable<BigInt>,
        b_latest_hour -> Nullable<BigInt>,
        b_latest_message_brief -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    gone_messages (conversation_id) {
        conversation_id -> BigInt,
        seq -> BigInt,
    }
}

diesel::table! {
    conversation_messages (id) {
        id -> BigInt,
        conversation_id -> BigInt,
        seq -> BigInt,
        send_user_id -> BigInt,
        receive_user_id -> BigInt,
        message_type -> SmallInt,
        message_text -> Nullable<Text>,
        message_file_id -> Nullable<BigInt>,
        object_name -> Nullable<Text>,
        content -> Nullable<Text>,
        content_id -> Nullable<BigInt>,
        delivery -> Nullable<Text>,
        is_counted -> Bool,
        sender_visible -> Bool,
        is_enable -> Bool,
        created_at -> BigInt,
        send_deleted_at -> Nullable<BigInt>,
        receive_deleted_at -> Nullable<BigInt>,
        receive_read_at -> Nullable<BigInt>,
        recalled_at -> Nullable<BigInt>,
        recall_marks -> Nullable<SmallInt>,
        pos -> BigInt,
        edited_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    message_contents (id) {
        id -> BigInt,
        is_transient -> Bool,
        message_text -> Nullable<Text>,
        content -> Nullable<Text>,
        delivery -> Nullable<Text>,
    }
}

diesel::table! {
    message_expansions (message_id, item_key) {
        message_id -> BigInt,
        item_key -> Text,
        item_value -> Nullable<Text>,
        set_at -> BigInt,
    }
}

diesel::table! {
    growing_messages (message_id) {
        message_id -> BigInt,
        seq -> BigInt,
        untold -> Text,
        grown_at -> BigInt,
        told_at -> BigInt,
        tell_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    message_revisions (id) {
        id -> BigInt,
        message_id -> BigInt,
        message_text -> Nullable<Text>,
        content -> Nullable<Text>,
        replaced_at -> BigInt,
    }
}

diesel::table! {
    deleted_message_logs (starts_at) {
        starts_at -> BigInt,
        deleted_at -> BigInt,
    }
}

diesel::table! {
    transient_messages (id) {
        id -> BigInt,
        send_user_id -> BigInt,
        receive_user_id -> BigInt,
        message_type -> SmallInt,
        message_text -> Nullable<Text>,
        message_file_id -> Nullable<BigInt>,
        object_name -> Nullable<Text>,
        content -> Nullable<Text>,
        content_id -> Nullable<BigInt>,
        delivery -> Nullable<Text>,
        is_counted -> Bool,
        sender_visible -> Bool,
        created_at -> BigInt,
        pos -> BigInt,
    }
}

diesel::table! {
    user_restrictions (user_id) {
        user_id -> BigInt,
        banned_until -> Nullable<BigInt>,
        muted_at -> Nullable<BigInt>,
        deactivated_at -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    user_whitelists (id) {
        id -> BigInt,
        user_id -> BigInt,
        listed_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    device_tokens (token_hash) {
        token_hash -> Binary,
        user_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    push_periods (user_id) {
        user_id -> BigInt,
        start_second -> Integer,
        minutes -> Integer,
        level -> SmallInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    user_remarks (user_id, target_id) {
        user_id -> BigInt,
        target_id -> BigInt,
        remark -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    notification_levels (user_id, target_id) {
        user_id -> BigInt,
        target_id -> BigInt,
        level -> SmallInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    log_heads (shard) {
        shard -> SmallInt,
        epoch -> Text,
        pos -> BigInt,
        previous -> BigInt,
    }
}

diesel::table! {
    log_changes (pos) {
        pos -> BigInt,
        kind -> SmallInt,
        user_id -> BigInt,
        peer_id -> BigInt,
        about_id -> Nullable<BigInt>,
        conversation_id -> Nullable<BigInt>,
        message_id -> Nullable<BigInt>,
        value -> Nullable<BigInt>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    live_presence (user_id, token) {
        user_id -> BigInt,
        token -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> BigInt,
        name -> Text,
        kind -> Text,
        url -> Text,
        secret -> Text,
        former_secret -> Nullable<Text>,
        former_until -> Nullable<BigInt>,
        app_id -> Nullable<Text>,
        events -> Text,
        has_server_messages -> Bool,
        max_in_flight -> BigInt,
        state -> SmallInt,
        off_reason -> Nullable<Text>,
        failures -> BigInt,
        failing_since -> Nullable<BigInt>,
        probes -> BigInt,
        next_probe_at -> Nullable<BigInt>,
        cursor_pos -> BigInt,
        generation -> BigInt,
        replays -> BigInt,
        leased_by -> Nullable<Text>,
        leased_until -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    webhook_processes (token) {
        token -> Text,
        ends_at -> BigInt,
    }
}

diesel::table! {
    webhook_parked (endpoint_id, pos) {
        endpoint_id -> BigInt,
        pos -> BigInt,
        a_user_id -> BigInt,
        b_user_id -> BigInt,
        tries -> BigInt,
        next_at -> BigInt,
        first_failed_at -> Nullable<BigInt>,
        last_failure -> Text,
        is_dead -> Bool,
    }
}

diesel::table! {
    hooks (id) {
        id -> BigInt,
        name -> Text,
        kind -> Text,
        url -> Text,
        secret -> Text,
        former_secret -> Nullable<Text>,
        former_until -> Nullable<BigInt>,
        app_id -> Nullable<Text>,
        origins -> Text,
        object_names -> Text,
        deadline_ms -> BigInt,
        on_failure -> Text,
        max_in_flight -> BigInt,
        is_paused -> Bool,
        generation -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    hook_decisions (id) {
        id -> BigInt,
        hook_id -> BigInt,
        decided_at -> BigInt,
        sender_id -> BigInt,
        recipient_id -> BigInt,
        recipients -> BigInt,
        message_id -> Nullable<BigInt>,
        outcome -> Text,
        took_ms -> BigInt,
        reason -> Text,
    }
}

diesel::table! {
    push_devices (id) {
        id -> BigInt,
        user_id -> BigInt,
        platform -> Text,
        token -> Text,
        token_hash -> Binary,
        public_key -> Nullable<Binary>,
        auth_secret -> Nullable<Binary>,
        app -> Text,
        language -> Text,
        hides_text -> Bool,
        proof_hash -> Binary,
        created_at -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    push_acks (user_id) {
        user_id -> BigInt,
        pos -> BigInt,
    }
}

diesel::table! {
    push_progress (id) {
        id -> BigInt,
        cursor_pos -> BigInt,
        leased_by -> Nullable<Text>,
        leased_until -> BigInt,
    }
}

diesel::table! {
    presence_watches (user_id, watched_id) {
        user_id -> BigInt,
        watched_id -> BigInt,
        since -> BigInt,
        ends_at -> BigInt,
    }
}

diesel::table! {
    conversation_tags (user_id, tag_id) {
        user_id -> BigInt,
        tag_id -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    tagged_conversations (user_id, tag_id, target_id) {
        user_id -> BigInt,
        tag_id -> Text,
        target_id -> BigInt,
        tagged_at -> BigInt,
    }
}

diesel::table! {
    user_profiles (user_id) {
        user_id -> BigInt,
        unique_id -> Nullable<Text>,
        email -> Nullable<Text>,
        birthday -> Nullable<Text>,
        role -> Nullable<SmallInt>,
        level -> Nullable<SmallInt>,
        extensions -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    friend_permissions (user_id) {
        user_id -> BigInt,
        permission -> SmallInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    friend_profiles (user_id, target_id) {
        user_id -> BigInt,
        target_id -> BigInt,
        profile -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    erased_users (user_id) {
        user_id -> BigInt,
        created_at -> BigInt,
        erased_at -> BigInt,
    }
}

diesel::table! {
    operators (id) {
        id -> BigInt,
        name -> Text,
        role -> Text,
        password -> Text,
        is_enabled -> Bool,
        created_at -> BigInt,
        signed_in_at -> Nullable<BigInt>,
        totp_secret -> Nullable<Text>,
        totp_step -> BigInt,
    }
}

diesel::table! {
    operator_sessions (token_hash) {
        token_hash -> Binary,
        operator_id -> BigInt,
        began_at -> BigInt,
        used_at -> BigInt,
    }
}

diesel::table! {
    operator_tokens (id) {
        id -> BigInt,
        operator_id -> BigInt,
        name -> Text,
        token_hash -> Binary,
        scopes -> Text,
        created_at -> BigInt,
        ends_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        written_at -> BigInt,
        operator_id -> Nullable<BigInt>,
        who -> Text,
        action -> Text,
        target -> Text,
        details -> Text,
        address -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(operators, operator_sessions);
diesel::allow_tables_to_appear_in_same_query!(operators, operator_tokens);
diesel::allow_tables_to_appear_in_same_query!(tagged_conversations, conversation_tags);
diesel::allow_tables_to_appear_in_same_query!(tagged_conversations, users);
diesel::allow_tables_to_appear_in_same_query!(users, accounts, user_restrictions);
diesel::allow_tables_to_appear_in_same_query!(users, user_blocks);
diesel::allow_tables_to_appear_in_same_query!(users, user_whitelists);
diesel::allow_tables_to_appear_in_same_query!(users, user_remarks);
diesel::allow_tables_to_appear_in_same_query!(files, file_usages);
diesel::allow_tables_to_appear_in_same_query!(conversation_messages, message_contents);
diesel::allow_tables_to_appear_in_same_query!(session_tokens, users);
diesel::allow_tables_to_appear_in_same_query!(session_tokens, accounts);
