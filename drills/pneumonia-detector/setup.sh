# The repository of the detector: 2.3.1 is what runs (tag stable), then two releases that nobody should have made.
export GIT_AUTHOR_NAME=drill GIT_AUTHOR_EMAIL=drill@pneumonia.example GIT_COMMITTER_NAME=drill \
    GIT_COMMITTER_EMAIL=drill@pneumonia.example
git init -q -b main . || exit
commit() { git add -A && git commit -qm "$1"; }
commit 'Release 2.3.1' && git tag stable || exit
sed -i 's/detector:2.3.1/detector:2.3.2/' docker-compose.yml && commit 'Release 2.3.2: new preprocessing' && git tag 2.3.2 || exit
sed -i 's/detector:2.3.2/detector:2.4.0/' docker-compose.yml && commit 'Release 2.4.0: new runtime' && git tag 2.4.0 || exit
git checkout -q stable
