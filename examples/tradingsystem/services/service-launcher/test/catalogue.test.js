import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ConfigurationError } from '@tradingsystem/node-common'
import { parseCatalogue, readCatalogue } from '../src/catalogue.js'

const sample = { name: 'a', kind: 'api', check: 'http://a:1/health' }
const problemsOf = (json) => {
  try {
    parseCatalogue(json, 'services.json')
  } catch (error) {
    assert.ok(error instanceof ConfigurationError)
    return error.problems
  }
  assert.fail('was accepted')
}

test('the catalogue that the image carries is valid', async () => {
  const catalogue = await readCatalogue(fileURLToPath(new URL('../config/services.json', import.meta.url)))
  assert.ok(catalogue.length > 5)
  assert.ok(Object.isFrozen(catalogue[0]))
  assert.equal(catalogue.find(({ name }) => name === 'grafana').optional, true)
})

test('description and optional have defaults', () => {
  assert.deepEqual(parseCatalogue(JSON.stringify([sample]), 'x'), [{ ...sample, description: '', optional: false }])
})

const refused = [
  [{ ...sample, name: 'A b' }, /service 1 \(A b\): "name" must be lower-case/],
  [{ ...sample, name: undefined }, /service 1: "name" must be lower-case/],
  [{ ...sample, kind: 'magic' }, /"kind" must be one of api, frontend/],
  [{ ...sample, check: 'a:1/health' }, /"check" must be http/],
  [{ ...sample, check: 'tcp://a' }, /"check" must be/],
  [{ ...sample, optional: 'yes' }, /"optional" must be true or false/],
  [{ ...sample, optonal: true }, /"optonal" is unknown; known are name/],
  [null, /service 1: must be an object/],
]
for (const [entry, message] of refused) {
  test(`${JSON.stringify(entry)} is refused`, () => assert.match(problemsOf(JSON.stringify([entry]))[0], message))
}

test('every mistake of the whole list is told', () => {
  const problems = problemsOf(JSON.stringify([sample, sample, { ...sample, name: 'b', kind: 'x' }]))
  assert.equal(problems.length, 2)
  assert.match(problems[0], /services\.json, service 2 \(a\): another service has this name/)
})

test('what is no JSON, no list, or no file is named', async () => {
  assert.match(problemsOf('[{')[0], /services\.json is not JSON/)
  assert.match(problemsOf('{}')[0], /must be a list/)
  await assert.rejects(readCatalogue('/nowhere.json'), /\/nowhere\.json cannot be read \(ENOENT\)/)
})
