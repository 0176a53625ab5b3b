import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Hex } from 'viem'
import { fromHex } from '../db/bytes.ts'
import type { Leaf } from './tree.ts'

/** A sheet's leaves and dummies, so that it can be proved from even when the database is lost. */
export interface LeafFile {
  seed: Hex
  leaves: Leaf[]
}

const ivBytes = 12
const tagBytes = 16

/** AES-256-GCM, bound to its sheet: iv, content, tag. Its keccak256 stands on chain as the sheet's dataHash. */
export function sealLeafFile(key: Uint8Array, sheet: Hex, file: LeafFile): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(fromHex(sheet))
  const leaves = file.leaves.map((leaf) => ({ ...leaf, capCents: leaf.capCents.toString() }))
  const content = Buffer.from(JSON.stringify({ seed: file.seed, leaves }))
  return Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** @throws when the key or the sheet is another, or a byte was changed. */
export function openLeafFile(key: Uint8Array, sheet: Hex, sealed: Uint8Array): LeafFile {
  const bytes = Buffer.from(sealed)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes)).setAAD(fromHex(sheet))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const content = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()])
  const { seed, leaves } = JSON.parse(content.toString()) as { seed: Hex; leaves: (Leaf & { capCents: string })[] }
  return { seed, leaves: leaves.map((leaf) => ({ ...leaf, capCents: BigInt(leaf.capCents) })) }
}
