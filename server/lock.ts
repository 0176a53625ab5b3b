import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** In a container every server is process 1: only this says whether a lock with our number is ours or a dead one's. */
const held = new Set<string>()

/**
 * Claims a data folder for this process. PGlite and the embedded chain both let a second process in without complaint, and
 * then writes are lost.
 *
 * @returns how to give it back. @throws when another living process has it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'lock')
  const file = create(path) ?? createOver(path)
  writeSync(file, String(process.pid))
  closeSync(file)
  held.add(path)
  const release = () => {
    held.delete(path)
    rmSync(path, { force: true })
  }
  process.once('exit', release)
  return () => {
    process.off('exit', release)
    release()
  }
}

function create(path: string): number | null {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw error
  }
}

/** A lock of a process that is gone was left by a crash. */
function createOver(path: string): number {
  const owner = Number(readFileSync(path, 'utf8'))
  if (owner === process.pid ? held.has(path) : isAlive(owner)) {
    throw new Error(
      `Process ${owner} uses this data folder already (${path}): end it first, or choose another with DATA`,
    )
  }
  rmSync(path, { force: true })
  const file = create(path)
  if (file === null) throw new Error(`Another process took ${path} in the same moment`)
  return file
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It lives, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
