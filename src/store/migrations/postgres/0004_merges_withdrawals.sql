-- Labels are merged, whoever drew suggests another tag, and what was hidden is shown again. What nobody with an
-- account did has no name.
ALTER TABLE tag_event
    ALTER COLUMN tagged_by DROP NOT NULL,
    DROP CONSTRAINT tag_event_kind_check,
    ADD CONSTRAINT tag_event_kind_check CHECK (kind IN (
        'accepted', 'corrected', 'undone', 'imported', 'adjudicated', 'merged', 'suggested', 'withdrawn', 'restored'));

-- SHA-256 of the token that lets whoever drew it take it back for a while; NULL where none was given.
ALTER TABLE drawing ADD COLUMN withdrawal bytea;
