-- How a message was recalled: 1 clients show a notice in its place, 2 by an administrator, 4 by who had got it. NULL where nobody
-- said, as before this was kept: no notice.
ALTER TABLE conversation_messages ADD COLUMN recall_marks SMALLINT;
