# One image for each service: a static binary, the certificates of the public authorities, and nothing else. No
# shell, no package manager, no root.
#
#   docker build --target order --tag comptoir/order:dev .
#
# Targets: auth, catalog, cart, payment, order, storefront; and comptoir, the operator's tool, which audits. All come
# from one build, on linux/amd64 and linux/arm64 alike. `ci/images` builds and checks them all.
#
# Where no image can be pulled, RUST_IMAGE names one that is there: Rust, a C compiler, make, cmake and perl on Debian.
ARG RUST_IMAGE=rust:1.95-trixie

FROM ${RUST_IMAGE} AS chef
RUN command -v cmake >/dev/null || \
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*; }
RUN cargo install --quiet --locked cargo-chef@0.1.78 && cargo install --quiet --locked cargo-auditable@0.7.7
WORKDIR /src

FROM chef AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS build
# A target is named, so that the flags are for the binaries and not for what runs during the build. Symbols and
# unpacked relocations would be several megabytes of each.
ENV RUSTFLAGS="-C target-feature=+crt-static -C strip=symbols -C link-arg=-Wl,-z,pack-relative-relocs" \
    PACKAGES="-p auth -p catalog -p cart -p payment -p order -p storefront -p comptoir --no-default-features"
# Dependencies are a layer of their own: it is built again only when they change.
COPY --from=plan /src/recipe.json recipe.json
RUN cargo chef cook --release --locked --target "$(rustc --print host-tuple)" ${PACKAGES}
COPY . .
# The commit and when it was made, in Unix seconds, as the services tell them at /health and in their metrics. Each
# program carries the list of what it was made of, which `ci/image-scan` reads.
ARG REVISION=""
ARG COMMIT_TIME=""
RUN target=$(rustc --print host-tuple) && \
    COMPTOIR_REVISION=${REVISION} COMPTOIR_COMMIT_TIME=${COMMIT_TIME} cargo auditable build --release --locked --target "$target" ${PACKAGES} && \
    mkdir /out && \
    cd "target/$target/release" && \
    cp auth catalog cart payment order storefront comptoir /out/

FROM scratch AS base
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
USER 10001:10001
ARG REVISION=""
ARG VERSION="0.1.0"
LABEL org.opencontainers.image.title="Comptoir" \
      org.opencontainers.image.source="https://gitlab.com/comptoir/comptoir" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}"

FROM base AS auth
COPY --from=build /out/auth /auth
ENV LISTEN=0.0.0.0:8081 MANAGEMENT_LISTEN=0.0.0.0:9081
EXPOSE 8081 9081
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s CMD ["/auth", "healthcheck"]
ENTRYPOINT ["/auth"]

FROM base AS catalog
COPY --from=build /out/catalog /catalog
ENV LISTEN=0.0.0.0:8082 MANAGEMENT_LISTEN=0.0.0.0:9082
EXPOSE 8082 9082
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s CMD ["/catalog", "healthcheck"]
ENTRYPOINT ["/catalog"]

FROM base AS cart
COPY --from=build /out/cart /cart
ENV LISTEN=0.0.0.0:8083 MANAGEMENT_LISTEN=0.0.0.0:9083
EXPOSE 8083 9083
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s CMD ["/cart", "healthcheck"]
ENTRYPOINT ["/cart"]

FROM base AS payment
COPY --from=build /out/payment /payment
ENV LISTEN=0.0.0.0:8084 MANAGEMENT_LISTEN=0.0.0.0:9084
EXPOSE 8084 9084
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s CMD ["/payment", "healthcheck"]
ENTRYPOINT ["/payment"]

FROM base AS order
COPY --from=build /out/order /order
ENV LISTEN=0.0.0.0:8085 MANAGEMENT_LISTEN=0.0.0.0:9085
EXPOSE 8085 9085
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s CMD ["/order", "healthcheck"]
ENTRYPOINT ["/order"]

FROM base AS storefront
COPY --from=build /out/storefront /storefront
ENV LISTEN=0.0.0.0:8086 MANAGEMENT_LISTEN=0.0.0.0:9086
EXPOSE 8086 9086
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s CMD ["/storefront", "healthcheck"]
ENTRYPOINT ["/storefront"]

# It runs, answers and ends, so there is no health to check.
FROM base AS comptoir
COPY --from=build /out/comptoir /comptoir
HEALTHCHECK NONE
ENTRYPOINT ["/comptoir"]
