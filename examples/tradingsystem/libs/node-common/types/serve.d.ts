/**
 * Build the server, listen, and stop on SIGTERM or SIGINT: no new connections, running requests finish,
 * `onClose` hooks run. What takes longer than `graceMs` is cut off. Works as process 1 of a container.
 * @param {string} service
 * @param {() => Promise<{ app: import('fastify').FastifyInstance, port: number, host?: string }>} build
 * @param {{ graceMs?: number }} [options] milliseconds; keep it below the container's stop timeout (10 s)
 * @returns {Promise<void>}
 */
export declare function serve(service: string, build: () => Promise<{
    app: import('fastify').FastifyInstance;
    port: number;
    host?: string;
}>, { graceMs }?: {
    graceMs?: number;
}): Promise<void>;
