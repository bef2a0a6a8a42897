#!/bin/sh
# Write the files that the larger set-up (docker/full.env) reads its secrets from. Files that exist stay as they are.
#   docker/make-secrets.sh [FOLDER]      default: docker/secrets
# The folder is closed to others; the files are readable, because the users inside the containers read them there.
set -eu

folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

write() { # NAME VALUE
    if [ ! -e "$folder/$1" ]; then
        printf '%s\n' "$2" > "$folder/$1"
        chmod 644 "$folder/$1"
        echo "wrote $folder/$1"
    fi
}

write database_password "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
write database_url "postgresql://tidings:$(cat "$folder/database_password")@database/tidings?files=/var/lib/tidings"
write smtp "smtp://mail:1025"
