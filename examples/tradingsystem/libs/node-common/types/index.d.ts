export { ConfigurationError, integer, readConfig, text } from './config.js';
export { createLogger } from './logger.js';
export { readManifest } from './manifest.js';
export { createServer } from './server.js';
export { serve } from './serve.js';
