-- Members who have ever been shown a code: systems that tell app users from others ask.

CREATE TABLE personal.code_owner (
    member_id text COLLATE "C" NOT NULL,
    first_at timestamptz NOT NULL,
    PRIMARY KEY (member_id)
);

COMMENT ON TABLE personal.code_owner IS 'Members who have been shown a code at least once, whatever became of it: they have an app or a cabinet.';
COMMENT ON COLUMN personal.code_owner.member_id IS 'the member';
COMMENT ON COLUMN personal.code_owner.first_at IS 'when the first one was shown';

INSERT INTO personal.code_owner (member_id, first_at)
SELECT member_id, min(created_at) FROM personal.member_code GROUP BY member_id;
