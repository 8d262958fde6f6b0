# PostgreSQL and Redis of the system, and what the image of the API brings.
. "$(dirname "${BASH_SOURCE[0]}")/../postgresql.sh"
redis_start
printf 'DATABASE_URL=postgresql://app@postgres/malaria_prediction\nREDIS_URL=redis://redis:6379/0\n' >"$DRILL_FOLDER/environment"
postgresql_start malaria_prediction || exit
psql -q -U postgres -d malaria_prediction -c 'CREATE TABLE predictions (id int, risk real)' -c 'GRANT ALL ON predictions TO app' || exit
ln -s "$(command -v python3)" "$DRILL_FOLDER/programs/python"
