-- When a refresh token was used first: for a short time after that its use again is no theft. A backend of an
-- earlier version, which may still run beside this one, writes "used" alone: then the time is over at once.
ALTER TABLE refresh_token ADD COLUMN used_at timestamptz;
