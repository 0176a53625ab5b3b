import { createHash } from 'node:crypto'

/** One row of audit_log but for its hash, as it is hashed. */
export interface Entry {
  position: bigint
  /** access_log.id. */
  entry: bigint
  /** `timestamptz_send`: microseconds since 2000 in eight bytes, as PostgreSQL keeps them. */
  at: Uint8Array
  actor: string
  actorId: string
  action: string
  subject: string
  /** JSON, byte for byte as it is stored. */
  details: string
}

/** What the first row follows; the migration has the same bytes. */
export const firstHash = createHash('sha256').update('kipina audit log 1').digest()

/**
 * The hash of a row: SHA-256 over the hash before it, position, entry and time (64 bits each), and each text as UTF-8 after
 * its length in bytes (32 bits), all big-endian. So every byte of every column counts, and no two rows are written alike.
 */
export function nextHash(previous: Uint8Array, row: Entry): Buffer {
  const texts = [row.actor, row.actorId, row.action, row.subject, row.details]
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const bytes = Buffer.allocUnsafe(56 + lengths.reduce((sum, length) => sum + 4 + length, 0))
  bytes.set(previous, 0)
  bytes.writeBigInt64BE(row.position, 32)
  bytes.writeBigInt64BE(row.entry, 40)
  bytes.set(row.at, 48)
  let place = 56
  for (const [i, text] of texts.entries()) {
    const length = lengths[i] ?? 0
    bytes.writeUInt32BE(length, place)
    bytes.write(text, place + 4)
    place += 4 + length
  }
  return createHash('sha256').update(bytes).digest()
}
