# syntax=docker/dockerfile:1
# One image for all services: the command chooses which one runs.
#
#   docker build -t vigie .
#   docker run --init --read-only -v vigie-data:/data -e VIGIE_HOST=0.0.0.0 vigie node dist/services/scorer/main.js
#
# Debian, because chdb and lmdb bring binaries for glibc. The Node that runs is the one of the npm package `node`, pinned by
# package-lock.json: the very binary that the tests ran on. The builder's own Node only starts npm.

FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV NODE_ENV=development npm_config_update_notifier=false
# The packages change less often than the sources: their layer stays when only code moves.
COPY package.json package-lock.json ./
COPY scripts/prepare.mjs scripts/prepare.mjs
RUN ["node", "--input-type=module", "--eval", "import { install } from './scripts/prepare.mjs'; install();"]
COPY tsconfig.base.json tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY bench bench
COPY libs libs
COPY services services
COPY cli cli
COPY web web
RUN ["node", "scripts/build.mjs"]
# What only tests and the compiler need stays behind. No install script runs a second time.
RUN ["npm", "prune", "--omit=dev", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="vigie" \
      org.opencontainers.image.description="Detects the mass exfiltration of patient records while it happens"
RUN groupadd --system --gid 10001 vigie \
 && useradd --system --uid 10001 --gid vigie --home-dir /data --shell /usr/sbin/nologin vigie \
 && install --directory --owner=vigie --group=vigie --mode=0700 /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY rules rules
COPY lists lists
# VIGIE_HOST stays at its loopback default: who publishes a port says so (docker-compose.yml and deploy/kubernetes do).
ENV NODE_ENV=production \
    PATH=/app/node_modules/node/bin:/usr/local/bin:/usr/bin:/bin \
    VIGIE_DATA_DIR=/data
USER 10001:10001
# The only folder that is written: the image runs with a read-only root.
VOLUME ["/data"]
# ingestor, scorer, archiver, notifier, console; with the embedded ClickHouse its offset is 13.
EXPOSE 7410 7411 7412 7413 7414
STOPSIGNAL SIGTERM
CMD ["node", "dist/services/ingestor/main.js"]
