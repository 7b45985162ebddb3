# syntax=docker/dockerfile:1
# The service alone: no build step, no dev dependencies, no sandbox, no tests.

FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-fund --no-audit && npm cache clean --force

# The mock EHR with an app of its own, for trying out; never part of a deployment.
FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df AS sandbox
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-fund --no-audit && npm cache clean --force
COPY LICENSE ./
COPY src src
COPY views views
COPY public public
COPY sandbox sandbox
RUN mkdir data && chown node:node data
USER node
# Both servers listen on 127.0.0.1 only: run it in the host's network.
CMD ["node", "--disable-warning=ExperimentalWarning", "sandbox/demo.ts"]

FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df AS app
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY --from=dependencies /app/node_modules node_modules
COPY package.json package-lock.json LICENSE ./
# With the migrations, in src/adapters/database/migrations.
COPY src src
COPY views views
COPY public public
# The code belongs to root, so the service cannot change it. DATA_DIR is written only without DATABASE_URL.
RUN mkdir data && chown node:node data
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No init process and no STOPSIGNAL: the service answers SIGTERM itself, finishes what is in flight within 10 s, and starts
# no child processes that would have to be reaped.
CMD ["node", "--disable-warning=ExperimentalWarning", "src/main.ts"]
