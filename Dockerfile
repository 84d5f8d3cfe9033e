# The build stage removes the packages that only the build and the embedded PostgreSQL need.
# The image therefore needs a DATABASE_URL.
#
# The base image is pinned by its digest. To take a newer one, run
# `docker buildx imagetools inspect node:24-bookworm-slim` and change both lines.
FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev --omit=optional

FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df
WORKDIR /app
COPY --from=build /app/package.json /app/schema.graphql /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/bin ./bin
COPY --from=build /app/policies ./policies
COPY --from=build /app/examples ./examples
# Listens on all addresses of the container, so that the service refuses to start unless callers are
# authenticated (STEPDOWN_OIDC_ISSUER or STEPDOWN_AUTHENTICATION=required), or
# STEPDOWN_ALLOW_UNAUTHENTICATED=true allows every caller.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
# The user `node` of the base image, as a number, so that Kubernetes can check that it is not root.
# It can write nothing below /app; the service writes no files.
USER 1000:1000
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "bin/stepdown.js", "serve"]
