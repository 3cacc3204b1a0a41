// The URL of a module in; name and version from the nearest package.json above it out.
import { existsSync, readFileSync } from 'node:fs'

/**
 * @param {string} moduleUrl `import.meta.url` of the calling module
 * @returns {{ name: string, version: string }} name without its npm scope
 * @throws {Error} when no package.json lies above the module
 */
export function readManifest(moduleUrl) {
  let folder = new URL('./', moduleUrl)
  for (;;) {
    const file = new URL('package.json', folder)
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8'))
      return { name: name.replace(/^@[^/]+\//, ''), version }
    }
    const parent = new URL('../', folder)
    if (parent.href === folder.href) throw new Error(`no package.json above ${moduleUrl}`)
    folder = parent
  }
}
