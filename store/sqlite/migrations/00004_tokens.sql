-- +goose Up

-- The call that wrote the row: a call that is repeated because nobody saw whether it was committed knows its own row again.
ALTER TABLE claims ADD COLUMN token TEXT NOT NULL DEFAULT '';
ALTER TABLE spends ADD COLUMN token TEXT NOT NULL DEFAULT '';
ALTER TABLE leases ADD COLUMN token TEXT NOT NULL DEFAULT '';
