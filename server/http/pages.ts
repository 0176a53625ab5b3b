import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { Router } from 'express'

/** One app, whose faces are addresses of their own; `/p` is where a scanned code leads. */
const faces = ['/', '/p', '/till', '/till/*rest', '/desk', '/desk/*rest', '/office', '/office/*rest']

/** The built wallet app. Names under /assets carry a hash of the content; everything else is asked for anew. */
export function pages(folder: string): Router {
  const router = Router()
  if (!existsSync(join(folder, 'index.html'))) return router
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false }))
  router.use(express.static(folder, { index: false, cacheControl: false, setHeaders: askAgain }))
  router.get(faces, (_, res) => {
    askAgain(res)
    res.sendFile('index.html', { root: folder, cacheControl: false })
  })
  return router
}

function askAgain(res: { setHeader(name: string, value: string): unknown }): void {
  res.setHeader('Cache-Control', 'no-cache')
}
