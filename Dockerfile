# syntax=docker/dockerfile:1
# The light binary (api, worker, browser, init and the client commands) with Chromium's headless shell.
#
#   docker build -t anteroom .
#
# It holds no key and no password; docker-compose.yml mounts them.

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY . .
# Static, as scripts/build makes it. Only the modules of the light binary are fetched.
RUN --mount=type=cache,target=/cache \
    GOMODCACHE=/cache/modules GOCACHE=/cache/build CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /out/anteroom ./cmd/anteroom

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates chromium-headless-shell fonts-liberation fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
# The number is fixed: files that are mounted must belong to it.
RUN groupadd --gid 10001 anteroom \
    && useradd --uid 10001 --gid anteroom --no-create-home --home-dir /var/lib/anteroom --shell /usr/sbin/nologin anteroom \
    && install --directory --mode 0700 --owner anteroom --group anteroom /var/lib/anteroom /run/anteroom
COPY --from=build /out/anteroom /usr/local/bin/anteroom
COPY --chmod=0755 deploy/healthcheck /usr/local/bin/anteroom-healthcheck
USER 10001:10001
ENV ANTEROOM_DATA_DIR=/var/lib/anteroom ANTEROOM_LOG_FORMAT=json
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["anteroom-healthcheck", "http", "127.0.0.1:8080", "/healthz"]
ENTRYPOINT ["anteroom"]
CMD ["--help"]
