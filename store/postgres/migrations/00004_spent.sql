-- +goose Up

-- What loses its meaning with time is purged by it.
CREATE INDEX spends_spent ON spends (kind, spent_at);
