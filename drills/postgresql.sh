# For the setup.sh of a system: a PostgreSQL and a Redis of its own, both real. postgresql_start DATABASE
postgresql_start() {
    local pgbin data=$DRILL_FOLDER/pg/data
    pgbin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
    mkdir -p /run/postgresql "$DRILL_FOLDER/pg"
    printf 'PGUSER=postgres\nPGDATABASE=%s\n' "$1" >>"$DRILL_FOLDER/environment"
    as_postgres "$pgbin/initdb" -D "$data" -U postgres -A trust -N --no-instructions --locale=C.UTF-8 >/dev/null || return
    cat >>"$data/postgresql.conf" <<'C'
listen_addresses = '*'
unix_socket_directories = '/run/postgresql'
max_connections = 20
fsync = off
autovacuum = off
shared_buffers = 16MB
shared_preload_libraries = 'pg_stat_statements'
C
    echo 'host all all 127.0.0.0/8 trust' >>"$data/pg_hba.conf"
    as_postgres setsid "$pgbin/postgres" -D "$data" >>"$DRILL_FOLDER/pg/log" 2>&1 </dev/null &
    for _ in $(seq 2400); do pg_isready -q && break; sleep 0.05; done
    psql -q -U postgres -d postgres -c "CREATE DATABASE $1" -c 'CREATE ROLE app LOGIN' &&
        psql -q -U postgres -d "$1" <<'S'
-- The columns of the statistics by the names that they had before PostgreSQL 13, too.
CREATE SCHEMA statistics;
CREATE EXTENSION pg_stat_statements SCHEMA statistics;
CREATE VIEW pg_stat_statements AS
    SELECT *, total_exec_time AS total_time, mean_exec_time AS mean_time, stddev_exec_time AS stddev_time
    FROM statistics.pg_stat_statements;
S
}
# It does not run as root.
as_postgres() { unshare --user --map-user=daemon --map-group=daemon -- "$@"; }

redis_start() {
    redis-server --save '' --appendonly no --bind 0.0.0.0 --protected-mode no --daemonize yes --dir "$DRILL_FOLDER" >/dev/null
}
