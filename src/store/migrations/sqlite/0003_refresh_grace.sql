-- When a refresh token was used first: for a short time after that its use again is no theft.
ALTER TABLE refresh_token ADD COLUMN used_at INTEGER;
