/**
 * A till's side in a process of its own, so that its CPU is not the server's: sends the calls of a file, so many at a time,
 * and ends with 1 if any was not answered with 200.
 */
import { readFileSync } from 'node:fs'

export interface Calls {
  origin: string
  path: string
  atOnce: number
  calls: { cookie: string; body: string }[]
}

const { origin, path, atOnce, calls } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Calls
let next = 0
const workers = Array.from({ length: atOnce }, async () => {
  for (let call = calls[next++]; call !== undefined; call = calls[next++]) {
    const headers = { 'content-type': 'application/json', origin, cookie: call.cookie }
    const response = await fetch(origin + path, { method: 'POST', headers, body: call.body })
    const text = await response.text()
    if (response.status !== 200 && response.status !== 201) throw new Error(`${response.status} ${text}`)
  }
})
await Promise.all(workers)
