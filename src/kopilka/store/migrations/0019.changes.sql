-- What changed in documents of other systems, for those who ask what has happened since they last looked.

CREATE TABLE personal.foreign_change (
    connection_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL DEFAULT '',
    field text COLLATE "C" NOT NULL,
    content json NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (connection_id, kind, number)
);

CREATE INDEX foreign_change_of_document ON personal.foreign_change (connection_id, kind, id, number);
CREATE INDEX foreign_change_of_member ON personal.foreign_change (member_id) WHERE member_id <> '';
CREATE INDEX foreign_change_by_age ON personal.foreign_change (changed_at);

COMMENT ON TABLE personal.foreign_change IS 'What changed in documents of other systems, field by field, written with the document. May name people; erasing a member deletes what changed in theirs. Forgotten by age.';
COMMENT ON COLUMN personal.foreign_change.connection_id IS 'whose document it is';
COMMENT ON COLUMN personal.foreign_change.kind IS 'the kind of the document';
COMMENT ON COLUMN personal.foreign_change.number IS 'grows in the order of commits within a connection and kind; never given twice';
COMMENT ON COLUMN personal.foreign_change.id IS 'the document';
COMMENT ON COLUMN personal.foreign_change.member_id IS 'the member concerned at that moment; empty while unknown';
COMMENT ON COLUMN personal.foreign_change.field IS 'which field, in the words of the other system';
COMMENT ON COLUMN personal.foreign_change.content IS 'the old and the new value, and what tells more of it';
COMMENT ON COLUMN personal.foreign_change.changed_at IS 'when it was written';
