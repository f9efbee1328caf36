# Two stages: what builds stays behind. Every package is checked against its hash.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/crosstie
# The build backend comes from the developers' lock, the program from its own.
COPY requirements.lock requirements-dev.lock ./
RUN /opt/crosstie/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY cogs cogs
COPY migrations migrations
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/crosstie/bin/pip install --no-cache-dir --no-deps --no-index /dist/*.whl

FROM python:3.12-slim
# Pillow joins Arabic and Devanagari letters on the map with it.
RUN apt-get update && apt-get install -y --no-install-recommends libfribidi0 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /data crosstie
COPY --from=build /opt/crosstie /opt/crosstie
ENV PATH=/opt/crosstie/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CROSSTIE__RUN__LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]
ENTRYPOINT ["crosstie"]
CMD ["run", "--migrate"]
