#!/usr/bin/env bash
# Keep the database of a release as the next one will find it: tests/releases/VERSION.{sqlite,postgresql}.sql.gz.
# Run it from a checkout of that release, with its environment: tests/releases/make.sh VERSION FOLDER
set -euo pipefail
version="$1" into="$(cd "$2" && pwd)" here="$(cd "$(dirname "$0")" && pwd)"
python="${PYTHON:-.venv/bin/python}"
draft="$(mktemp -d)"
server="${MAILLAGE_TEST_PG:-postgresql://127.0.0.1:5432/test}"
base="maillage_release_$$"
trap 'rm -r "$draft"; psql -q "$server" -c "DROP DATABASE IF EXISTS $base" 2>/dev/null' EXIT
unset MAILLAGE_DEMO
# The seals of the journal are signed with this key: tests/test_upgrade.py knows it.
export MAILLAGE_VAR="$draft/var" MAILLAGE_SECRET_KEY="a-key-for-the-upgrade-test-only-that-protects-nobody"

DATABASE_URL="sqlite:///$draft/house.sqlite3" "$python" manage.py migrate -v0
DATABASE_URL="sqlite:///$draft/house.sqlite3" "$python" manage.py shell -v0 < "$here/fill.py"
"$python" - "$draft/house.sqlite3" <<'PY' | gzip -9n > "$into/$version.sqlite.sql.gz"
import sqlite3, sys
print("\n".join(sqlite3.connect(sys.argv[1]).iterdump()))
PY

psql -q "$server" -c "CREATE DATABASE $base"
DATABASE_URL="${server%/*}/$base" "$python" manage.py migrate -v0
DATABASE_URL="${server%/*}/$base" "$python" manage.py shell -v0 < "$here/fill.py"
# Statements only: psql's own commands (\restrict) are left out, so that any client can read the file.
pg_dump --inserts --no-owner --no-privileges --no-comments "${server%/*}/$base" \
  | grep -v '^\\' | gzip -9n > "$into/$version.postgresql.sql.gz"
