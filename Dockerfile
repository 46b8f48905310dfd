# syntax=docker/dockerfile:1
# Airlock with Debian's Python, not as root. What isolation it has in a container: docs/deployment.md.

# Both stages are the same Debian: the binaries want its glibc.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
# Versions are those of the Debian release; the base image decides which.
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift Makefile ./
COPY scripts scripts
RUN make dependencies
COPY . .
RUN make release && mkdir /program && cp .build/release/airlock .build/release/airlock-engine /program/ && \
    strip --strip-debug /program/airlock /program/airlock-engine

FROM ${BASE_IMAGE}
# libcurl is for --driver posthog alone, ca-certificates for its TLS, tzdata for scripts.
# hadolint ignore=DL3008
RUN apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends python3 ca-certificates libcurl4 tzdata && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/airlock --shell /usr/sbin/nologin airlock && \
    install -d -o airlock -g airlock -m 700 /var/lib/airlock /var/cache/airlock
COPY --from=build /program/ /usr/local/bin/
# The sandbox's cache and the demo data, owned by this user alone and never noexec; and events that wait to be sent, which
# belong on a volume.
ENV XDG_CACHE_HOME=/var/cache/airlock XDG_STATE_HOME=/var/lib/airlock LANG=C.UTF-8
USER 10001:10001
WORKDIR /var/lib/airlock
# What the doctor needs is what a run needs: 70 when no script can be run.
HEALTHCHECK --interval=5m --timeout=30s --start-period=30s --retries=2 CMD ["airlock", "doctor", "--quiet"]
ENTRYPOINT ["airlock"]
CMD ["doctor"]
