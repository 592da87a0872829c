-- Files that other systems upload in parts and then ask us to read, step by step, from whichever process answers.

CREATE TABLE personal.upload (
    connection_id text COLLATE "C" NOT NULL,
    session text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    done bigint NOT NULL DEFAULT 0,
    finished boolean NOT NULL DEFAULT false,
    note text COLLATE "C" NOT NULL DEFAULT '',
    begun_at timestamptz NOT NULL,
    PRIMARY KEY (connection_id, session, name)
);

CREATE INDEX upload_by_age ON personal.upload (begun_at);

COMMENT ON TABLE personal.upload IS 'Files under way: how far each has been read. Forgotten with the exchange, or by age.';
COMMENT ON COLUMN personal.upload.connection_id IS 'whose file it is';
COMMENT ON COLUMN personal.upload.session IS 'the exchange that it belongs to';
COMMENT ON COLUMN personal.upload.name IS 'its name there';
COMMENT ON COLUMN personal.upload.done IS 'how many of its items have been read';
COMMENT ON COLUMN personal.upload.finished IS 'whether it has been read to its end: then its parts are gone';
COMMENT ON COLUMN personal.upload.note IS 'what was answered at its end';
COMMENT ON COLUMN personal.upload.begun_at IS 'when its first part came';

CREATE TABLE personal.upload_part (
    connection_id text COLLATE "C" NOT NULL,
    session text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    part integer NOT NULL,
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (connection_id, session, name, part),
    CONSTRAINT upload_part_once UNIQUE (connection_id, session, name, sha256)
);

COMMENT ON TABLE personal.upload_part IS 'The parts of files under way. May name people; deleted as soon as the file has been read.';
COMMENT ON COLUMN personal.upload_part.connection_id IS 'whose file it is';
COMMENT ON COLUMN personal.upload_part.session IS 'the exchange that it belongs to';
COMMENT ON COLUMN personal.upload_part.name IS 'its name there';
COMMENT ON COLUMN personal.upload_part.part IS 'the parts make the file in this order';
COMMENT ON COLUMN personal.upload_part.sha256 IS 'of the content: a part that comes again is the same part';
COMMENT ON COLUMN personal.upload_part.content IS 'the bytes';
