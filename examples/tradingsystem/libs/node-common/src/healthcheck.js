// PORT in the environment in; exit code 0 when GET /health on this host answers 200, else 1, out.
// Images have no curl: `HEALTHCHECK CMD ["node", ".../healthcheck.js"]` needs nothing but Node.

const url = `http://127.0.0.1:${process.env.PORT ?? process.argv[2]}/health`
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(2500) })
  console.log(`${response.status} ${await response.text()}`)
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  const reason = /** @type {Error & { cause?: Error }} */ (error)
  console.error(`${url}: ${reason.cause?.message ?? reason.message}`)
  process.exitCode = 1
}
