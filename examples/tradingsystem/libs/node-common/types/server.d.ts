/**
 * Every error leaves as `{ error, message }`; the message of an unexpected one stays in the log.
 * @param {{ service: string, version: string, checks?: import('./health.js').HealthChecks,
 *           logger?: import('pino').Logger }} options
 * @returns {import('fastify').FastifyInstance} not yet listening; routes are still to be added
 */
export declare function createServer({ service, version, checks, logger }: {
    service: string;
    version: string;
    checks?: import('./health.js').HealthChecks;
    logger?: import('pino').Logger;
}): import('fastify').FastifyInstance;
