#!/bin/sh
# Run once by the image when the database is made: the platform's own role owns the database and is no superuser,
# as production demands (realestate/deployment.py).
set -eu
psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 --set=password="$PLATFORM_PASSWORD" <<'SQL'
CREATE ROLE realestate LOGIN PASSWORD :'password';
ALTER DATABASE realestate OWNER TO realestate;
SQL
