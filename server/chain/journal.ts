import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Hex } from 'viem'

/** One block: the second it carries, the transaction in it (none in a block that only moves the clock), and its hash. */
export interface JournalledBlock {
  seconds: number
  raw: Hex | null
  hash: Hex
}

/** A file to which blocks are appended, each on the disk before `append` returns. */
export interface Journal {
  /** What the file held when it was opened. */
  blocks: JournalledBlock[]
  append(block: JournalledBlock): void
  close(): void
}

/**
 * Opens or creates a journal. A last line that a crash cut short was never answered to anybody, and is dropped.
 *
 * @throws an Error that names the line when any other line cannot be read.
 */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const lines = text.split('\n')
  const blocks: JournalledBlock[] = []
  let wholeBytes = 0
  for (const [place, line] of lines.entries()) {
    const block = place === lines.length - 1 ? null : readLine(line)
    const isLast = lines.slice(place + 1).every((later) => later === '')
    if (block === null && !isLast) throw new Error(`${path}: line ${place + 1} is not a block`)
    if (block === null) break
    blocks.push(block)
    wholeBytes += Buffer.byteLength(line) + 1
  }

  const file = openSync(path, existsSync(path) ? 'r+' : 'wx+', 0o600)
  ftruncateSync(file, wholeBytes)
  fsyncSync(file)
  let end = wholeBytes
  return {
    blocks,
    append(block) {
      const bytes = Buffer.from(`${JSON.stringify({ t: block.seconds, raw: block.raw, hash: block.hash })}\n`)
      let written = 0
      while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written, end + written)
      fsyncSync(file)
      end += bytes.length
    },
    close() {
      closeSync(file)
    },
  }
}

function readLine(line: string): JournalledBlock | null {
  try {
    const { t, raw, hash } = JSON.parse(line) as Record<string, unknown>
    const isWhole = Number.isSafeInteger(t) && (raw === null || isHex(raw)) && isHex(hash)
    return isWhole ? { seconds: t as number, raw: raw as Hex | null, hash: hash as Hex } : null
  } catch {
    return null
  }
}

function isHex(value: unknown): boolean {
  return typeof value === 'string' && /^0x[0-9a-f]+$/.test(value)
}
