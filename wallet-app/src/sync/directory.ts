import { signal } from '@preact/signals'
import { type DBSchema, openDB } from 'idb'
import type { getDirectory } from '../../../protocol/api/network.ts'
import { type Answer, call } from '../api/client.ts'

/** Where one can pay, and the facts a phone signs with. The same for everyone. */
export type Directory = Answer<typeof getDirectory>

export type Place = Directory['places'][number]

/** Null until it is read for the first time. */
export const directory = signal<Directory | null>(null)

interface Schema extends DBSchema {
  kept: { key: 'directory'; value: { at: number; value: Directory } }
}

const freshForMs = 60 * 60_000

const open = () =>
  openDB<Schema>('lompakko', 1, {
    upgrade: (db) => {
      db.createObjectStore('kept')
    },
  })

/** What was read last, without a network. */
export async function openDirectory(): Promise<void> {
  const db = await open()
  directory.value = (await db.get('kept', 'directory'))?.value ?? null
  db.close()
}

/** Fetches it when an hour has passed, or at once when `isUrgent`. Throws Refused. */
export async function refreshDirectory(isUrgent = false): Promise<Directory> {
  const db = await open()
  try {
    const kept = await db.get('kept', 'directory')
    if (kept && !isUrgent && Date.now() - kept.at < freshForMs) return kept.value
    const value = await call<typeof getDirectory>('get', '/api/directory', {})
    await db.put('kept', { at: Date.now(), value }, 'directory')
    directory.value = value
    return value
  } finally {
    db.close()
  }
}

export function placeOf(merchant: number): Place | undefined {
  return directory.value?.places.find((place) => place.merchant === merchant)
}
