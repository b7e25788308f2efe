-- Who did what that tags do not tell, written with the change itself. The id is of the moment (version 7). No actor:
-- whoever drew the drawing. The actor's name is the one at the time; without an id it is no account: the operator, or
-- the server itself. Details are JSON. A submission writes nothing here.
CREATE TABLE IF NOT EXISTS audit_event (
    id       uuid PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text,
    actor_id uuid,
    action   text NOT NULL,
    project  integer,
    subject  text NOT NULL,
    details  text NOT NULL DEFAULT '{}'
);

CREATE INDEX IF NOT EXISTS audit_event_by_actor ON audit_event (actor, id);
CREATE INDEX IF NOT EXISTS audit_event_by_action ON audit_event (action, id);
CREATE INDEX IF NOT EXISTS audit_event_by_subject ON audit_event (subject, id);

-- What somebody drew under a name of their own. A submission without one writes nothing here.
CREATE INDEX IF NOT EXISTS drawing_by_pseudonym ON drawing (pseudonym, id) WHERE pseudonym IS NOT NULL;
