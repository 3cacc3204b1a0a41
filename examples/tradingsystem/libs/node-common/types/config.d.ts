/** A configuration that a person has to correct; `problems` has one sentence for each mistake. */
export declare class ConfigurationError extends Error {
    problems: string[];
    /** @param {string[]} problems */
    constructor(problems: string[]);
}
export type Setting<T> = {
    name: string;
    fallback: T | undefined;
    parse: (raw: string) => T;
};
/**
 * @template T
 * @typedef {{ name: string, fallback: T | undefined, parse: (raw: string) => T }} Setting
 * `parse` throws an Error whose message completes the sentence "NAME must be …".
 */
/**
 * A setting that is any non-empty text.
 * @param {string} name environment variable
 * @param {{ fallback?: string, pattern?: RegExp, meaning?: string }} [options] `meaning` says what `pattern` stands for
 * @returns {Setting<string>}
 */
export declare function text(name: string, { fallback, pattern, meaning }?: {
    fallback?: string;
    pattern?: RegExp;
    meaning?: string;
}): Setting<string>;
/**
 * A setting that is a whole number within bounds.
 * @param {string} name environment variable
 * @param {{ fallback?: number, min?: number, max?: number }} [options]
 * @returns {Setting<number>}
 */
export declare function integer(name: string, { fallback, min, max }?: {
    fallback?: number;
    min?: number;
    max?: number;
}): Setting<number>;
/**
 * Read all settings of a service.
 * @template {Record<string, Setting<any>>} S
 * @param {S} settings
 * @param {Record<string, string | undefined>} [environment]
 * @returns {Readonly<{ [K in keyof S]: S[K] extends Setting<infer T> ? T : never }>}
 * @throws {ConfigurationError} naming every missing or unusable variable
 */
export declare function readConfig<S extends Record<string, Setting<any>>>(settings: S, environment?: Record<string, string | undefined>): Readonly<{ [K in keyof S]: S[K] extends Setting<infer T> ? T : never; }>;
