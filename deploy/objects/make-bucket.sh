#!/bin/sh
# Run once by hand (docs/operation.md), in the object store's image: the bucket, and a user who may read, write and remove
# what lies in it and nothing else. FILES_URL names this user; the root account is used here alone. May be run again.
set -eu
mc() { command mc --config-dir /tmp/mc "$@"; }
mkdir -p /tmp/mc/certs/CAs
cp /run/realestate/ca.crt /tmp/mc/certs/CAs/
mc alias set store https://objects:9000 "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD"
mc mb --ignore-existing store/realestate
mc admin policy create store realestate /realestate/policy.json
mc admin user add store "$PLATFORM_KEY" "$PLATFORM_SECRET"
# mc takes what is so already for a mistake (https://github.com/minio/mc/issues/4863); any other refusal is one.
refusal=$(mc admin policy attach store realestate --user "$PLATFORM_KEY" 2>&1) || case $refusal in
    *"already in effect"*) echo "The user has the policy already." ;;
    *) echo "$refusal" >&2; exit 1 ;;
esac
