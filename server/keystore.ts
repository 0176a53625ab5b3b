import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))

/** A third of a second and 128 MB for each guess. A file that asks for less was not made here. */
const leastCost = 2 ** 17
const mostCost = 2 ** 20
const shortestPassphrase = 16

const sealedFile = z.object({
  format: z.literal('kipina-keys-1'),
  /** Public, and not to be changed unseen: who tops up the lanes need not open the file. */
  addresses: z.record(z.string(), z.string()),
  scrypt: z.object({ cost: z.number().int().min(leastCost).max(mostCost), salt: hex(32) }),
  /** Tells a wrong passphrase from a changed file; no easier to guess by than what is sealed. */
  check: hex(16),
  iv: hex(12),
  tag: hex(16),
  sealed: z.string().regex(/^([0-9a-f]{2})+$/),
})

export type SealedFile = z.infer<typeof sealedFile>

export function isSealed(file: unknown): boolean {
  return typeof file === 'object' && file !== null && 'format' in file
}

/** Encrypts under a passphrase: scrypt and AES-256-GCM. @throws when it is short. */
export function sealKeys(content: unknown, addresses: Record<string, string>, passphrase: string): SealedFile {
  if (passphrase.length < shortestPassphrase) {
    throw new Error(`The passphrase has ${passphrase.length} letters, of at least ${shortestPassphrase}`)
  }
  const head = {
    format: 'kipina-keys-1' as const,
    addresses,
    scrypt: { cost: leastCost, salt: randomBytes(32).toString('hex') },
  }
  const { key, check } = derive(passphrase, head.scrypt)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(headOf(head))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()])
  return {
    ...head,
    check: check.toString('hex'),
    iv: iv.toString('hex'),
    tag: cipher.getAuthTag().toString('hex'),
    sealed: sealed.toString('hex'),
  }
}

/** What was sealed, and the addresses beside it. @throws in one sentence: no such file, a wrong passphrase, a changed file. */
export function unsealKeys(file: unknown, passphrase: string): { content: unknown; addresses: Record<string, string> } {
  const read = sealedFile.safeParse(file)
  if (!read.success) throw new Error(`It is not as it was made: ${read.error.issues[0]?.path.join('.')}`)
  const { check, iv, tag, sealed, ...head } = read.data
  const derived = derive(passphrase, head.scrypt)
  if (!timingSafeEqual(derived.check, Buffer.from(check, 'hex'))) {
    throw new Error('The passphrase is not the one that it was made with')
  }
  const decipher = createDecipheriv('aes-256-gcm', derived.key, Buffer.from(iv, 'hex'), { authTagLength: 16 })
    .setAAD(headOf(head))
    .setAuthTag(Buffer.from(tag, 'hex'))
  try {
    const text = Buffer.concat([decipher.update(Buffer.from(sealed, 'hex')), decipher.final()]).toString('utf8')
    return { content: JSON.parse(text), addresses: head.addresses }
  } catch {
    throw new Error('The passphrase is right, but it was changed after it was made: bring back a copy')
  }
}

function derive(passphrase: string, { cost, salt }: SealedFile['scrypt']): { key: Buffer; check: Buffer } {
  const options = { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 }
  const bytes = scryptSync(passphrase.normalize('NFKC'), Buffer.from(salt, 'hex'), 64, options)
  const check = createHash('sha256').update(bytes.subarray(32)).digest().subarray(0, 16)
  return { key: bytes.subarray(0, 32), check }
}

/** The same bytes for the same head, in whatever order a file has it. */
function headOf({ format, addresses, scrypt }: Pick<SealedFile, 'format' | 'addresses' | 'scrypt'>): Buffer {
  const pairs = Object.entries(addresses).sort(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.from(JSON.stringify([format, pairs, scrypt.cost, scrypt.salt]))
}
