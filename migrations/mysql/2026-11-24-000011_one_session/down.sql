ALTER TABLE session_tokens
    DROP INDEX session_tokens_one,
    DROP COLUMN user_or_none;
