# PostgreSQL and Redis of the system, both real, with the sessions that a pooler would hold.
pgbin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
mkdir -p /run/postgresql "$DRILL_FOLDER/pg"
as_postgres() { unshare --user --map-user=daemon --map-group=daemon -- "$@"; } # it does not run as root
printf 'HOME=%s\nPGUSER=postgres\nPGDATABASE=malaria_prediction\nDATABASE_URL=postgresql://app@postgres/malaria_prediction\nREDIS_URL=redis://redis:6379/0\n' \
    "$HOME" >"$DRILL_FOLDER/environment"
as_postgres "$pgbin/initdb" -D "$DRILL_FOLDER/pg/data" -U postgres -A trust -N --no-instructions --locale=C.UTF-8 >/dev/null || exit
cat >>"$DRILL_FOLDER/pg/data/postgresql.conf" <<'C'
listen_addresses = '*'
unix_socket_directories = '/run/postgresql'
max_connections = 20
fsync = off
shared_buffers = 16MB
shared_preload_libraries = 'pg_stat_statements'
C
echo 'host all all 127.0.0.0/8 trust' >>"$DRILL_FOLDER/pg/data/pg_hba.conf"
as_postgres setsid "$pgbin/postgres" -D "$DRILL_FOLDER/pg/data" >>"$DRILL_FOLDER/pg/log" 2>&1 </dev/null &
redis-server --save '' --appendonly no --bind 0.0.0.0 --protected-mode no --daemonize yes --dir "$DRILL_FOLDER" >/dev/null
for _ in $(seq 100); do pg_isready -q && break; sleep 0.1; done
psql -q -U postgres -d postgres -c 'CREATE DATABASE malaria_prediction' -c 'CREATE ROLE app LOGIN' || exit
psql -q -U postgres -d malaria_prediction -c 'CREATE EXTENSION pg_stat_statements' \
    -c 'CREATE TABLE predictions (id int, risk real)' -c 'GRANT ALL ON predictions TO app' || exit
ln -s "$(command -v python3)" "$DRILL_FOLDER/programs/python" # as in the image of the API
