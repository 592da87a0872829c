-- Levels set by hand, and the falls that members were told of.

ALTER TABLE standing
    ADD COLUMN manual_level text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN manual_last_on date,
    ADD COLUMN warned_for date;

COMMENT ON COLUMN standing.manual_level IS 'a level set by hand, below which the holder never stands; empty: none';
COMMENT ON COLUMN standing.manual_last_on IS 'its last day in the programme''s zone; null: for ever';
COMMENT ON COLUMN standing.warned_for IS 'the first day below the level, of the last fall that the holder was told of';
