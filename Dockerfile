# The service for production. Build it with any builder of OCI images:
#   docker build -t daffron-subgraph .        buildah build --format docker -t daffron-subgraph .
# It runs as an ordinary user, needs no writable folder, and takes all its settings from the environment (README, Settings).

# Node's LTS line on Debian, in the version that .ci/run tests; `npm run check:container` names an image of its own.
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Who has a registry of his own gives it as a secret named npmrc; it is in no layer.
RUN --mount=type=secret,id=npmrc NPM_CONFIG_USERCONFIG=/run/secrets/npmrc npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY tools tools
COPY schema schema
COPY domain domain
COPY datasources datasources
COPY resolvers resolvers
COPY simulator simulator
COPY src src
RUN npm run build
# What the embedded mode alone needs stays behind: compilers, its database, the simulator and the explorer page.
RUN --mount=type=secret,id=npmrc NPM_CONFIG_USERCONFIG=/run/secrets/npmrc npm ci --omit=dev --omit=optional && \
    rm -rf dist/simulator dist/src/embedded/page

FROM ${BASE}
ENV NODE_ENV=production
WORKDIR /app
# All of it belongs to root, so the service cannot change its own code.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER 10001:10001
EXPOSE 4000 9464
# For those who run it without an orchestrator; Kubernetes asks by its own probes.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No npm in between: the signal to stop reaches the service itself.
CMD ["node", "dist/src/start.js"]
