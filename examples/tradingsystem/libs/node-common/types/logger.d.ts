/**
 * @param {{ service: string, level?: string, destination?: import('pino').DestinationStream }} options
 * @returns {import('pino').Logger}
 */
export declare function createLogger({ service, level, destination }: {
    service: string;
    level?: string;
    destination?: import('pino').DestinationStream;
}): import('pino').Logger;
