import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Vault } from '../deps.ts'

/** `version | nonce | tag | ciphertext`, AES-256-GCM, bound to the case it belongs to. */
const VERSION = 1
const nonceBytes = 12
const tagBytes = 16

/**
 * Each person's key lies in a folder of its own, wrapped by the master key. The database holds envelopes only: whoever has
 * a copy of it reads nothing, and removing one folder erases one person from every copy there is.
 */
export function openVault(folder: string, masterKey: Buffer): Vault {
  return {
    async seal(caseId, content) {
      const key = (await readKey(folder, masterKey, caseId)) ?? (await makeKey(folder, masterKey, caseId))
      return lock(key, caseId, Buffer.from(JSON.stringify(content)))
    },
    async open(caseId, sealed) {
      const key = await readKey(folder, masterKey, caseId)
      if (key === null) throw new Error('This person was forgotten: nothing of theirs can be opened')
      return JSON.parse(unlock(key, caseId, sealed).toString())
    },
    async forget(caseId) {
      await rm(folderOf(folder, caseId), { recursive: true, force: true })
    },
  }
}

function folderOf(folder: string, caseId: string): string {
  // The id becomes a path: nothing but a uuid may.
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(caseId)) throw new RangeError('A case id is a uuid')
  return join(folder, caseId.toLowerCase())
}

async function readKey(folder: string, masterKey: Buffer, caseId: string): Promise<Buffer | null> {
  try {
    return unlock(masterKey, caseId, await readFile(join(folderOf(folder, caseId), 'key')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** On disk before it is used: an envelope must not be committed under a key that a power cut takes away. */
async function makeKey(folder: string, masterKey: Buffer, caseId: string): Promise<Buffer> {
  const home = folderOf(folder, caseId)
  await mkdir(home, { recursive: true, mode: 0o700 })
  const key = randomBytes(32)
  const draft = join(home, `draft-${randomBytes(8).toString('hex')}`)
  const file = await open(draft, 'wx', 0o600)
  await file.writeFile(lock(masterKey, caseId, key))
  await file.sync()
  await file.close()
  try {
    // Whole or not there at all, and only the first of several: nobody reads half a key.
    await link(draft, join(home, 'key'))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  await syncFolder(home)
  await syncFolder(folder)
  return unlock(masterKey, caseId, await readFile(join(home, 'key')))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  // Windows cannot flush a folder, and needs not.
  await handle.sync().catch(() => {})
  await handle.close()
}

function lock(key: Buffer, caseId: string, content: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(caseId.toLowerCase()))
  const text = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), text])
}

function unlock(key: Buffer, caseId: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes[0] !== VERSION) throw new Error('Not an envelope of this vault')
  const nonce = bytes.subarray(1, 1 + nonceBytes)
  const tag = bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(caseId.toLowerCase())).setAuthTag(tag)
  return Buffer.concat([decipher.update(bytes.subarray(1 + nonceBytes + tagBytes)), decipher.final()])
}
