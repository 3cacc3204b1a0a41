import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'

const library = new URL('../src/index.js', import.meta.url).href

/** Start `script` as a process of its own; its log lines arrive in `log`. */
function start(script) {
  const program = `import { createServer, ConfigurationError, serve } from '${library}'\n${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  const log = []
  const waiting = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.push(JSON.parse(line))
    for (const { pattern, resolve } of waiting) if (pattern.test(line)) resolve(line)
  })
  const line = (pattern) => new Promise((resolve) => waiting.push({ pattern, resolve }))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  return { child, log, line, ended }
}

test('SIGTERM lets a running request finish, then exits 0', async () => {
  const { child, line, ended } = start(`
    await serve('slow', async () => {
      const app = createServer({ service: 'slow', version: '1.0.0' })
      app.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 300, { done: true })))
      return { app, port: 0, host: '127.0.0.1' }
    })`)
  const [, address] = (await line(/listening/)).match(/(http:[^"]+)"/)
  const answer = fetch(`${address}/slow`).then((response) => response.json())
  await line(/incoming request/)
  child.kill('SIGTERM')
  assert.deepEqual(await answer, { done: true })
  assert.deepEqual(await ended, { code: 0, signal: null })
})

test('a request that outlives the grace period is cut off with exit 1', async () => {
  const { child, line, ended } = start(`
    await serve('stuck', async () => {
      const app = createServer({ service: 'stuck', version: '1.0.0' })
      app.get('/stuck', () => new Promise(() => {}))
      return { app, port: 0, host: '127.0.0.1' }
    }, { graceMs: 100 })`)
  const [, address] = (await line(/listening/)).match(/(http:[^"]+)"/)
  const answer = assert.rejects(fetch(`${address}/stuck`))
  await line(/incoming request/)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, { code: 1, signal: null })
  await answer
})

test('SIGTERM during a slow start ends the process', async () => {
  const { child, line, ended } = start(`
    await serve('starting', async () => {
      console.log(JSON.stringify({ msg: 'waiting for the database' }))
      await new Promise((resolve) => setTimeout(resolve, 60_000))
    })`)
  await line(/waiting for the database/)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, { code: 0, signal: null })
})

test('a configuration to correct exits 2 and names each problem', async () => {
  const { log, ended } = start(`
    await serve('wrong', async () => { throw new ConfigurationError(['PORT is odd', 'HOST is not set']) })`)
  assert.equal((await ended).code, 2)
  assert.deepEqual(log.map((entry) => entry.msg), ['PORT is odd', 'HOST is not set'])
})

test('a port in use exits 1', async () => {
  const { log, ended } = start(`
    const blocker = (await import('node:net')).createServer()
    await new Promise((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    await serve('second', async () => ({
      app: createServer({ service: 'second', version: '1.0.0' }), port: blocker.address().port, host: '127.0.0.1',
    }))`)
  assert.equal((await ended).code, 1)
  assert.equal(log.at(-1).err.code, 'EADDRINUSE')
})
