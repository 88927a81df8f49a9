# One image for every role: VOXANNE_ROLE says which (compose.yaml). Alone it is the whole product, with its own
# PostgreSQL in /data. It listens on every address of its container, so it starts live (README.md, "Go live"), or as a
# trial that says so:
#
#   docker run -e VOXANNE_PUBLIC_SANDBOX=yes -p 3001:3001 voxanne
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/contract/package.json packages/contract/
COPY packages/safe-call/package.json packages/safe-call/
COPY packages/foreign-clients/package.json packages/foreign-clients/
COPY backend/package.json backend/
COPY sandbox/package.json sandbox/
COPY dashboard/package.json dashboard/
RUN npm ci --include=dev
COPY . .
RUN node node_modules/vite/bin/vite.js build dashboard --logLevel error
# The packages that bring Node along are for machines without it.
RUN npm prune --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 VOXANNE_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app ./
# Runs without root: PostgreSQL refuses to be root, and nothing else needs it.
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3001
CMD ["node", "--max-semi-space-size=4", "backend/src/main.ts"]
