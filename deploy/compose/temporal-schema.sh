#!/bin/sh
# Makes Temporal's two databases and their schema, or brings them up to date. Runs in temporalio/admin-tools before each start of
# the server, and may be repeated.
set -eu

SQL_PASSWORD=$(cat /run/secrets/postgres_password)
export SQL_PASSWORD

for kind in temporal visibility; do
	database=temporal
	[ "$kind" = temporal ] || database=temporal_visibility
	tool() {
		temporal-sql-tool --plugin postgres12_pgx --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" --database "$database" "$@"
	}
	tool create-database
	tool setup-schema --version 0.0
	tool update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$kind/versioned"
done
