export type HealthChecks = Record<string, () => Promise<unknown>>;
/** @typedef {Record<string, () => Promise<unknown>>} HealthChecks each resolves when well, rejects when not */
/**
 * Answer GET /health: 200 with status "ok", or 503 with status "failing" and the failed checks' reasons.
 * @param {import('fastify').FastifyInstance} app
 * @param {{ service: string, version: string, checks?: HealthChecks, timeoutMs?: number }} options
 */
export declare function registerHealth(app: import('fastify').FastifyInstance, { service, version, checks, timeoutMs }: {
    service: string;
    version: string;
    checks?: HealthChecks;
    timeoutMs?: number;
}): void;
