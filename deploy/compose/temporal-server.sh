#!/bin/sh
# Starts Temporal with the password from its file; the image knows only a variable.
set -eu
POSTGRES_PWD=$(cat /run/secrets/postgres_password)
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
