// Environment variables in, a frozen configuration object out; every problem is reported at once.

/** A configuration that a person has to correct; `problems` has one sentence for each mistake. */
export class ConfigurationError extends Error {
  /** @param {string[]} problems */
  constructor(problems) {
    super(problems.join('\n'))
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

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
export function text(name, { fallback, pattern, meaning = `text like ${pattern}` } = {}) {
  const parse = (/** @type {string} */ raw) => {
    if (pattern && !pattern.test(raw)) throw new Error(meaning)
    return raw
  }
  return { name, fallback, parse }
}

/**
 * A setting that is a whole number within bounds.
 * @param {string} name environment variable
 * @param {{ fallback?: number, min?: number, max?: number }} [options]
 * @returns {Setting<number>}
 */
export function integer(name, { fallback, min = 0, max = Number.MAX_SAFE_INTEGER } = {}) {
  const parse = (/** @type {string} */ raw) => {
    const value = Number(raw)
    if (!/^-?\d+$/.test(raw) || value < min || value > max) {
      throw new Error(`a whole number from ${min} to ${max}`)
    }
    return value
  }
  return { name, fallback, parse }
}

/**
 * Read all settings of a service.
 * @template {Record<string, Setting<any>>} S
 * @param {S} settings
 * @param {Record<string, string | undefined>} [environment]
 * @returns {Readonly<{ [K in keyof S]: S[K] extends Setting<infer T> ? T : never }>}
 * @throws {ConfigurationError} naming every missing or unusable variable
 */
export function readConfig(settings, environment = process.env) {
  const problems = []
  /** @type {Record<string, unknown>} */
  const values = {}
  for (const [key, { name, fallback, parse }] of Object.entries(settings)) {
    const raw = environment[name]
    if (raw === undefined || raw === '') {
      if (fallback === undefined) problems.push(`${name} is not set; set it in the environment of this service`)
      values[key] = fallback
      continue
    }
    try {
      values[key] = parse(raw)
    } catch (error) {
      problems.push(`${name} must be ${/** @type {Error} */ (error).message}`)
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return /** @type {any} */ (Object.freeze(values))
}
