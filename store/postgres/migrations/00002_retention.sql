-- +goose Up

-- What people call a key.
ALTER TABLE api_keys ADD COLUMN name TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What is purged after the retention is found by its end; a browser goes after the last lease that names it.
CREATE INDEX operations_finished ON operations (finished_at, id) WHERE finished_at > 0;
CREATE INDEX leases_of_browser ON leases (browser_id);

-- The least schema version that a program must know to use this database. A migration that only adds leaves it alone, so that
-- the program before it goes on beside the newer one; any other migration raises it to its own version.
INSERT INTO installation (name, value) VALUES ('least_schema', '1');
