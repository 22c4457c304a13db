DROP TABLE notification_levels;
DROP TABLE user_remarks;
DROP TABLE push_periods;
DROP TABLE device_tokens;
DROP TABLE user_whitelists;
DROP TABLE user_restrictions;
CREATE TRIGGER users_insert_epoch AFTER INSERT ON users BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'users';
END;
