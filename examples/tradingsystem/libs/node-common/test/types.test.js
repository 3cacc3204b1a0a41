import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

test('types/ is what the sources say (else: npm run types)', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const fresh = mkdtempSync(join(tmpdir(), 'node-common-types-'))
  const read = (folder) => readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')])
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', root, '--outDir', fresh], { stdio: 'pipe' })
    assert.deepEqual(read(join(root, 'types')), read(fresh))
  } finally {
    rmSync(fresh, { recursive: true })
  }
})
