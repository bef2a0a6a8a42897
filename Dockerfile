# syntax=docker/dockerfile:1
# tidings in a container: built in one stage, run by an ordinary user in another.
# The volume /var/lib/tidings holds everything that must outlive the container:
# database, stop-list, tidings.toml. No secret is copied in; give secrets as files,
# TIDINGS_SECTION__KEY_FILE (docs/configuration.md).

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Every byte that is installed is locked, what builds the wheels too: nothing is fetched while building them.
COPY requirements.build.lock requirements.runtime.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --only-binary :all: --requirement requirements.build.lock
# Libraries before the code: this layer is built again only when the locks change.
RUN /opt/build/bin/pip wheel --require-hashes --no-deps --no-build-isolation --wheel-dir /wheels --requirement requirements.runtime.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY cli/ cli/
COPY feeds/ feeds/
COPY mail/ mail/
COPY scheduler/ scheduler/
COPY state/ state/
COPY templates/ templates/
COPY web/ web/
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m venv --without-pip /opt/tidings \
 && python -m pip --python /opt/tidings/bin/python install --no-deps --no-index /wheels/*.whl \
 && /opt/tidings/bin/python -m compileall -q /opt/tidings/lib

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="tidings" \
      org.opencontainers.image.description="Feeds and digests for the pages an institution forgot to give a feed" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 tidings \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/tidings --no-create-home --shell /usr/sbin/nologin tidings \
 && install --directory --owner=tidings --group=tidings --mode=0750 /var/lib/tidings
COPY --from=build /opt/tidings /opt/tidings
COPY --chmod=0755 docker/entrypoint.sh /usr/local/bin/tidings-entrypoint
COPY --chmod=0644 docker/healthcheck.py /usr/local/lib/tidings-healthcheck.py
ENV PATH=/opt/tidings/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    TIDINGS_STATE=sqlite:////var/lib/tidings/tidings.db \
    TIDINGS_WEB__HOST=0.0.0.0 \
    TIDINGS_WEB__PORT=8000
WORKDIR /var/lib/tidings
VOLUME ["/var/lib/tidings"]
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "/usr/local/lib/tidings-healthcheck.py"]
ENTRYPOINT ["/usr/local/bin/tidings-entrypoint"]
CMD ["run"]
