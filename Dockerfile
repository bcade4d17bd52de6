# Two images: `services` (the default target) for the services over Kafka and ClickHouse with the `vigie` command, and `all-in-one` with the embedded
# log and engine besides. The command chooses what runs.
#
#   npm run image                      # with docker, podman or buildah, whichever is there; -- --target all-in-one
#   docker run --init --read-only -v vigie-data:/data -e VIGIE_HOST=0.0.0.0 vigie node dist/services/scorer/main.js
#   docker run --rm vigie vigie doctor
#
# Debian, because chdb and lmdb bring binaries for glibc. The Node that runs is the one of the npm package `node`, pinned by
# package-lock.json: the very binary that the tests ran on. The builder's own Node only starts npm.
# `npm run image` names both bases by the digests of deploy/images.json: docs/operations.md, "The image".
ARG BUILD_BASE=node:24-bookworm-slim
ARG RUN_BASE=debian:bookworm-slim

# What changes least comes first: packages, then what they are slimmed to, then the program.
FROM ${BUILD_BASE} AS packages
WORKDIR /app
ENV NODE_ENV=development npm_config_update_notifier=false
COPY package.json package-lock.json ./
COPY scripts/prepare.mjs scripts/prepare.mjs
RUN ["node", "--input-type=module", "--eval", "import { install } from './scripts/prepare.mjs'; install();"]

# What only tests and the compiler need stays behind. No install script runs a second time.
FROM packages AS packages-run
RUN ["npm", "prune", "--omit=dev", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]

# What the bundles took in leaves its name and licence.
FROM packages-run AS packages-services
COPY scripts/compile/kept-apart.mjs scripts/compile/kept-apart.mjs
COPY scripts/image/slim.mjs scripts/image/slim.mjs
RUN ["node", "scripts/image/slim.mjs", "packages"]

FROM packages AS program
COPY tsconfig.base.json tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY bench bench
COPY libs libs
COPY services services
COPY cli cli
COPY web web
RUN ["node", "scripts/build.mjs"]

FROM program AS program-services
RUN ["node", "scripts/image/slim.mjs", "program"]

FROM ${RUN_BASE} AS run
ARG RUN_BASE
LABEL org.opencontainers.image.base.name="${RUN_BASE}" \
      org.opencontainers.image.title="vigie" \
      org.opencontainers.image.description="Detects the mass exfiltration of patient records while it happens"
RUN groupadd --system --gid 10001 vigie \
 && useradd --system --uid 10001 --gid vigie --home-dir /data --shell /usr/sbin/nologin vigie \
 && install --directory --owner=vigie --group=vigie --mode=0700 /data \
 && printf '#!/bin/sh\nexec node /app/dist/cli/vigie.js "$@"\n' > /usr/local/bin/vigie \
 && chmod 0755 /usr/local/bin/vigie
WORKDIR /app
# VIGIE_HOST stays at its loopback default: who publishes a port says so (docker-compose.yml and deploy/chart do).
ENV NODE_ENV=production \
    PATH=/app/node_modules/node/bin:/usr/local/bin:/usr/bin:/bin \
    VIGIE_DATA_DIR=/data
STOPSIGNAL SIGTERM
# ingestor, scorer, archiver, notifier, console; with the embedded ClickHouse its offset is 13.
EXPOSE 7410 7411 7412 7413 7414
CMD ["node", "dist/services/ingestor/main.js"]

FROM run AS all-in-one
COPY --from=packages-run /app/package.json ./
COPY --from=packages-run /app/node_modules node_modules
COPY docs docs
COPY rules rules
COPY lists lists
COPY --from=program /app/dist dist
USER 10001:10001
# The only folder that is written: the image runs with a read-only root.
VOLUME ["/data"]

FROM run AS services
COPY --from=packages-services /app/package.json ./
COPY --from=packages-services /app/node_modules node_modules
COPY docs docs
COPY rules rules
COPY lists lists
COPY --from=program-services /app/dist dist
USER 10001:10001
VOLUME ["/data"]
