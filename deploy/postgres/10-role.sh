#!/bin/sh
# Run once by the image when the database is made: one role owns the database and migrates, another one serves and owns
# nothing, so that whoever breaks into the platform can switch no trigger off. Neither is a superuser, as production
# demands (realestate/deployment.py). What the second may do, grant_rights says after each migrate.
set -eu
psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 \
    --set=owner="$OWNER_PASSWORD" --set=platform="$PLATFORM_PASSWORD" --set=database="$POSTGRES_DB" <<'SQL'
CREATE ROLE realestate_owner LOGIN PASSWORD :'owner';
CREATE ROLE realestate LOGIN PASSWORD :'platform';
ALTER DATABASE :"database" OWNER TO realestate_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO realestate;
SQL
