"""Manifests, bases and path of a service go in; its Kind comes out. Tables first, the order of checks below."""

from __future__ import annotations

from collections.abc import Sequence

from bakehouse.model.service import Kind
from bakehouse.workspace.manifests.manifest import Manifest

_FRONTEND = frozenset({
    "react", "vite", "vue", "svelte", "@angular/core", "next", "nuxt", "preact", "solid-js", "astro", "gatsby",
})  # fmt: skip
_AI = frozenset({
    "langgraph", "langchain", "llama-index", "llama-index-core", "torch", "tensorflow", "transformers", "openai",
    "sentence-transformers", "vllm", "jax", "onnxruntime", "anthropic", "keras", "diffusers",
})  # fmt: skip
_DATA = frozenset({
    "pandas", "polars", "pyspark", "apache-airflow", "dagster", "prefect", "questdb", "kafka-python", "dbt-core",
    "confluent-kafka", "aiokafka", "pyarrow", "duckdb", "clickhouse-connect",
})  # fmt: skip
_DATABASE = frozenset({"psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "sqlalchemy"})
_INFRASTRUCTURE = frozenset({
    "prometheus", "grafana", "postgres", "timescaledb", "timescaledb-ha", "questdb", "redis", "mysql", "mariadb",
    "mongo", "rabbitmq", "kafka", "elasticsearch", "opensearch", "loki", "tempo", "jaeger", "traefik", "haproxy",
    "envoy", "consul", "vault", "alertmanager", "otel-collector", "opentelemetry-collector", "clickhouse-server",
    "minio", "nats", "memcached", "zookeeper", "etcd", "influxdb", "kong", "keycloak", "valkey",
})  # fmt: skip
_STATIC = frozenset({"nginx", "httpd", "caddy", "nginx-unprivileged"})
_BY_BASE = (
    (frozenset({"golang"}), Kind.GO),
    (frozenset({"rust"}), Kind.RUST),
    (frozenset({"eclipse-temurin", "openjdk", "maven", "gradle", "amazoncorretto"}), Kind.JAVA),
    (frozenset({"node", "bun"}), Kind.NODE_API),
    (frozenset({"python", "uv", "miniconda3"}), Kind.PYTHON),
)
_BY_ECOSYSTEM = {"go": Kind.GO, "rust": Kind.RUST, "java": Kind.JAVA, "node": Kind.NODE_API}


def find_kind(path: str, manifests: Sequence[Manifest], bases: Sequence[str], final_base: str | None) -> Kind:
    """The kind of the service whose directory is `path`; `final_base` is what its shipped stage stands on."""
    parts = {p.lower() for p in path.split("/")}
    ecosystems = {m.ecosystem for m in manifests}
    wanted = {d.lower() for m in manifests for d in m.dependencies}
    short = {short_name(b) for b in bases}
    ships = short_name(final_base) if final_base else ""
    if "node" in ecosystems and wanted & _FRONTEND:
        return Kind.FRONTEND
    if "python" in ecosystems:
        return _python_kind(parts, wanted)
    for ecosystem, kind in _BY_ECOSYSTEM.items():
        if ecosystem in ecosystems:
            return kind
    if ships in _INFRASTRUCTURE or parts & {"infrastructure", "infra"}:
        return Kind.INFRASTRUCTURE
    for names, kind in _BY_BASE:
        if short & names:
            return kind
    return Kind.STATIC if ships in _STATIC else Kind.OTHER


def _python_kind(parts: set[str], wanted: set[str]) -> Kind:
    if wanted & _AI or any(w.startswith(("langchain-", "llama-index-")) for w in wanted):
        return Kind.PYTHON_AI
    in_data = bool(parts & {"data", "etl", "pipelines", "pipeline", "ingestion"})
    if wanted & _DATA or (in_data and wanted & _DATABASE) or in_data:
        return Kind.DATA
    return Kind.PYTHON


def short_name(reference: str) -> str:
    """`docker.io/library/node:20-slim@sha256:…` → node."""
    return reference.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
