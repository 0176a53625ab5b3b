import { type DBSchema, openDB } from 'idb'

/**
 * One seed for each actor, made on this device and never given away. It is sealed by an AES-GCM key that the browser
 * keeps and does not export: a copy of the files is of no use elsewhere. Code that runs in this origin can still use it.
 */
export type SeedName = 'wallet' | 'till'

/** A seed that is joining: the server may or may not know it yet. The joined one stays in force until it does. */
type Slot = SeedName | `${SeedName}-joining`

interface SealedSeed {
  key: CryptoKey
  iv: Uint8Array<ArrayBuffer>
  sealed: ArrayBuffer
}

interface Schema extends DBSchema {
  seeds: { key: Slot; value: SealedSeed }
}

const open = () =>
  openDB<Schema>('lompakko-keys', 1, {
    upgrade: (db) => {
      db.createObjectStore('seeds')
    },
  })

/** The seed of this device, or null before it has joined. */
export async function readSeed(name: Slot): Promise<Uint8Array | null> {
  const db = await open()
  const kept = await db.get('seeds', name)
  db.close()
  if (!kept) return null
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, kept.key, kept.sealed))
}

async function keepSeed(name: Slot, seed: Uint8Array<ArrayBuffer>): Promise<void> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, seed)
  const db = await open()
  const write = db.transaction('seeds', 'readwrite', { durability: 'strict' })
  await write.store.put({ key, iv, sealed }, name)
  await write.done
  db.close()
}

/**
 * The seed to join with, kept before anybody hears of it: when the answer gets lost, the next try is made with the same.
 */
export async function joiningSeed(name: SeedName): Promise<{ seed: Uint8Array; isNew: boolean }> {
  const before = await readSeed(`${name}-joining`)
  if (before !== null) return { seed: before, isNew: false }
  const seed = crypto.getRandomValues(new Uint8Array(32))
  await keepSeed(`${name}-joining`, seed)
  return { seed, isNew: true }
}

/** The server knows the joining seed now: it takes the place of the former one, which is gone. */
export async function settleSeed(name: SeedName): Promise<void> {
  const db = await open()
  const write = db.transaction('seeds', 'readwrite', { durability: 'strict' })
  const joining = await write.store.get(`${name}-joining`)
  if (joining) {
    await write.store.put(joining, name)
    await write.store.delete(`${name}-joining`)
  }
  await write.done
  db.close()
}
