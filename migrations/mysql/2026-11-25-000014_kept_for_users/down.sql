DROP TABLE notification_levels;
DROP TABLE user_remarks;
DROP TABLE push_periods;
DROP TABLE device_tokens;
DROP TABLE user_whitelists;
DROP TABLE user_restrictions;
