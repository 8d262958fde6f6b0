# Databases with what belongs in them: 120 documents, audit events, a backup of the documents.
. "$(dirname "${BASH_SOURCE[0]}")/../postgresql.sh"
redis_start
postgresql_start therapeutic_ai || exit
psql -q -U postgres -d therapeutic_ai -v ON_ERROR_STOP=1 <<'S' || exit
CREATE SCHEMA chatbot_knowledge;
CREATE TABLE chatbot_knowledge.documents (id int PRIMARY KEY, title text);
INSERT INTO chatbot_knowledge.documents SELECT n, 'document ' || n FROM generate_series(1, 120) n;
CREATE TABLE audit_logs (user_id text, event_type text, timestamp timestamptz DEFAULT now());
INSERT INTO audit_logs SELECT 'u-' || n % 7, 'login', now() - n * interval '1 minute' FROM generate_series(1, 40) n;
CREATE TABLE appointments (id int, patient int);
INSERT INTO appointments SELECT n, n % 50 FROM generate_series(1, 1000) n;
ANALYZE;
GRANT ALL ON ALL TABLES IN SCHEMA public TO app;
S
mkdir flows && : >flows/egress.log && mkdir "$DRILL_FOLDER/backups" && mkdir "$DRILL_FOLDER/backups/mongodb-latest" terraform &&
    pg_dump -U postgres -d therapeutic_ai -Fc -t chatbot_knowledge.documents -f "$DRILL_FOLDER/backups/postgres-latest.dump"
