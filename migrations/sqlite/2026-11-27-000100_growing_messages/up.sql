-- Messages whose writers hand over piece after piece: the number of the last one, and what came since both sides were told.
CREATE TABLE growing_messages (
    message_id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    untold TEXT NOT NULL,
    grown_at BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    tell_at BIGINT
);

CREATE INDEX growing_messages_tell ON growing_messages (tell_at);
CREATE INDEX growing_messages_grown ON growing_messages (grown_at);
