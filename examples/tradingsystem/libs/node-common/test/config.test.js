import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigurationError, integer, readConfig, text } from '../src/index.js'

const settings = {
  port: integer('PORT', { fallback: 3000, min: 1, max: 65535 }),
  database: text('DATABASE_URL', { pattern: /^postgres(ql)?:\/\//, meaning: 'an address that starts with postgres://' }),
}

test('values are parsed and defaults fill what is not set', () => {
  const config = readConfig(settings, { DATABASE_URL: 'postgres://db/x', PORT: '' })
  assert.deepEqual(config, { port: 3000, database: 'postgres://db/x' })
  assert.ok(Object.isFrozen(config))
})

test('all problems are reported together, each with its variable', () => {
  assert.throws(
    () => readConfig(settings, { PORT: '80a' }),
    (error) => {
      assert.ok(error instanceof ConfigurationError)
      assert.deepEqual(error.problems, [
        'PORT must be a whole number from 1 to 65535',
        'DATABASE_URL is not set; set it in the environment of this service',
      ])
      return true
    },
  )
})

for (const raw of ['0', '65536', '-1', '1e3', '0x10', ' 80', '3.5']) {
  test(`PORT=${JSON.stringify(raw)} is refused`, () => {
    assert.throws(() => readConfig({ port: settings.port }, { PORT: raw }), ConfigurationError)
  })
}
