#!/usr/bin/env bash
# Gives each service's database role its password; may be repeated. psql quotes the value, so it may hold anything.
set -euo pipefail
for service in intake classification routing deadlines callback reporting; do
    psql -qv ON_ERROR_STOP=1 -v role="jiesu_$service" -v password="$JIESU_SERVICE_PASSWORD" \
        <<< 'ALTER ROLE :"role" LOGIN PASSWORD :'"'password'"';'
done
