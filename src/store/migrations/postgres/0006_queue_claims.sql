-- Where an unreviewed drawing stands in the queue: by the margin of its probabilities, or behind those, in an order of
-- chance, where it judges models (store/asking.h). The indexes go with the column.
ALTER TABLE drawing RENAME COLUMN confidence_step TO queue_place;

-- What a review rests on; NULL where nobody reviewed it, or before this was written down.
ALTER TABLE drawing ADD COLUMN basis text CHECK (basis IN ('shown', 'random', 'own'));

CREATE FUNCTION pg_temp.margin_step(bytes bytea) RETURNS integer AS $$
DECLARE
    best double precision := 0;
    second double precision := 0;
    bits bigint;
    each double precision;
BEGIN
    FOR place IN 0 .. length(bytes) / 4 - 1 LOOP
        bits := get_byte(bytes, 4 * place) + (get_byte(bytes, 4 * place + 1)::bigint << 8)
            + (get_byte(bytes, 4 * place + 2)::bigint << 16) + (get_byte(bytes, 4 * place + 3)::bigint << 24);
        each := CASE WHEN bits >> 23 >= 127 THEN 1
                     WHEN bits >> 23 < 90 THEN 0
                     ELSE ((bits & 8388607) | 8388608) / (1::bigint << (150 - (bits >> 23)::integer))::double precision
                END;
        second := greatest(second, least(best, each));
        best := greatest(best, each);
    END LOOP;
    RETURN floor((best - second) * 64);
END
$$ LANGUAGE plpgsql;
UPDATE drawing SET queue_place = CASE
        WHEN get_byte(hash, 0) % 4 = 0 THEN 1000 + (get_byte(hash, 1) * 256 + get_byte(hash, 2)) % 31768
        ELSE pg_temp.margin_step(probabilities) END
    FROM (SELECT id AS hashed, sha256(convert_to(id::text, 'UTF8')) AS hash FROM drawing) AS hashes
    WHERE id = hashed AND coalesce(withdrawn, '') <> 'deleted';
DROP FUNCTION pg_temp.margin_step;

-- Whether and why the queue had asked, and by what chance; whether others were accepted in the same go.
ALTER TABLE tag_event
    ADD COLUMN asked       text CHECK (asked IN ('margin', 'random')),
    ADD COLUMN probability real CHECK (probability BETWEEN 0 AND 1),
    ADD COLUMN bulk        boolean NOT NULL DEFAULT false;

-- Who is working on which drawing. A holder is one open page of an account. Few rows, for a minute or two each.
CREATE TABLE claim (
    drawing     uuid PRIMARY KEY,
    holder      uuid NOT NULL,
    account     uuid NOT NULL,
    asked       text NOT NULL CHECK (asked IN ('margin', 'random')),
    probability real CHECK (probability BETWEEN 0 AND 1),
    expires_at  timestamptz NOT NULL
);

-- What people did lately. A submission writes to neither.
CREATE INDEX drawing_by_review ON drawing (project, tagged_at) WHERE tagged_by IS NOT NULL;
CREATE INDEX tag_event_by_time ON tag_event (tagged_at);

-- When a model became live last; NULL where it never was, or before this was written down.
ALTER TABLE model ADD COLUMN promoted_at timestamptz;
UPDATE model SET promoted_at = created_at WHERE state = 'live';

ANALYZE drawing;
