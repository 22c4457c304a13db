ALTER TABLE session_keys DROP COLUMN sends_per_minute;
