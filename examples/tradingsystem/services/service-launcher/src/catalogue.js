// A list of services as JSON in; the checked, frozen list out, or every mistake in it at once.
import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '@tradingsystem/node-common'

/**
 * @typedef {object} Service
 * @property {string} name
 * @property {string} kind
 * @property {string} description
 * @property {string} check address that tells its health: http://host:port/path, https://… or tcp://host:port
 * @property {boolean} optional missing it does not degrade the system
 */

const KINDS = ['api', 'frontend', 'data', 'ai', 'infrastructure']
const KEYS = ['name', 'kind', 'description', 'check', 'optional']

/**
 * @param {string} file
 * @returns {Promise<readonly Service[]>}
 * @throws {ConfigurationError}
 */
export async function readCatalogue(file) {
  try {
    return parseCatalogue(await readFile(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError([`SERVICES_FILE ${file} cannot be read (${error.code}); mount or set another`])
  }
}

/**
 * @param {string} json
 * @param {string} source what to call it in messages
 * @returns {readonly Service[]}
 * @throws {ConfigurationError}
 */
export function parseCatalogue(json, source) {
  let entries
  try {
    entries = JSON.parse(json)
  } catch (error) {
    throw new ConfigurationError([`${source} is not JSON: ${error.message}`])
  }
  if (!Array.isArray(entries)) throw new ConfigurationError([`${source} must be a list of services: [{ "name": … }, …]`])
  const names = new Set()
  const problems = entries.flatMap((entry, position) => {
    const where = `${source}, service ${position + 1}${entry?.name ? ` (${entry.name})` : ''}`
    const found = [...mistakes(entry)]
    if (names.has(entry?.name)) found.push('another service has this name')
    names.add(entry?.name)
    return found.map((mistake) => `${where}: ${mistake}`)
  })
  if (problems.length > 0) throw new ConfigurationError(problems)
  return Object.freeze(entries.map((entry) => Object.freeze({ description: '', optional: false, ...entry })))
}

/** @param {unknown} entry */
function* mistakes(entry) {
  if (entry === null || typeof entry !== 'object') return yield 'must be an object'
  const { name, kind, check, description = '', optional = false } = entry
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name)) yield '"name" must be lower-case letters, digits and hyphens'
  if (!KINDS.includes(kind)) yield `"kind" must be one of ${KINDS.join(', ')}`
  if (!isAddress(check)) yield '"check" must be http://host:port/path, https://… or tcp://host:port'
  if (typeof description !== 'string') yield '"description" must be text'
  if (typeof optional !== 'boolean') yield '"optional" must be true or false'
  for (const key of Object.keys(entry)) if (!KEYS.includes(key)) yield `"${key}" is unknown; known are ${KEYS.join(', ')}`
}

/** @param {unknown} value */
function isAddress(value) {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, port, hostname } = new URL(value)
  return protocol === 'tcp:' ? port !== '' && hostname !== '' : ['http:', 'https:'].includes(protocol)
}
