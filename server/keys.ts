import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Address, LocalAccount } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { z } from 'zod'
import { isSealed, sealKeys, unsealKeys } from './keystore.ts'
import { absentSigner, accountOf, localSigner } from './signer.ts'

/** One key a role, so that a stolen one can do one thing only. */
export const roles = ['acceptor', 'issuer', 'finance', 'registrar', 'treasury', 'guardian', 'admin', 'relayer'] as const

export type Role = (typeof roles)[number]

/** Random bytes that lock what is stored: the vault's folders, the leaf files of sheets, the way through the sign-in. */
const secretNames = ['vault', 'leafFiles', 'signIn'] as const

export type ServerKeys = Record<Role, LocalAccount> & {
  secrets: Record<(typeof secretNames)[number], Buffer>
  /** Whose keys this process was not given: their accounts have an address, and sign nothing. */
  absent: readonly Role[]
}

const key32 = z.string().regex(/^0x[0-9a-f]{64}$/) as unknown as z.ZodType<`0x${string}`>
const address20 = z.string().regex(/^0x[0-9a-fA-F]{40}$/) as unknown as z.ZodType<Address>
const eachRole = <T extends z.ZodType>(schema: T) =>
  z.object(Object.fromEntries(roles.map((role) => [role, schema])) as Record<Role, T>)
const secrets = z.object(Object.fromEntries(secretNames.map((name) => [name, key32])) as Record<string, typeof key32>)
const keyFile = z.object({ roles: eachRole(key32), secrets })
/** Sealed, a file may lack the keys that a process does not need. */
const someKeys = z.object({ roles: eachRole(key32).partial(), secrets })

type SomeKeys = z.infer<typeof someKeys> & { addresses: Record<Role, Address> }

export interface KeyPlace {
  keysFile: string | null
  dataFolder: string | null
  /** Where the passphrase is; `-` is the standard input. */
  passphraseFile?: string | null
  /** False refuses a file that is not sealed. */
  isSample?: boolean
}

/** Fresh keys, as keys.json holds them. */
export function generateKeys(): z.infer<typeof keyFile> {
  return {
    roles: Object.fromEntries(roles.map((role) => [role, generatePrivateKey()])) as Record<Role, `0x${string}`>,
    secrets: Object.fromEntries(secretNames.map((name) => [name, `0x${randomBytes(32).toString('hex')}`])),
  }
}

/**
 * Reads the keys; in a sample installation without a key file, makes one that only this user can read.
 *
 * @throws in one sentence when the file is absent although one was named, is no key file, was changed, or does not open with
 * the passphrase. Never with anything of its content: an error message ends in a log.
 */
export function openKeys(place: KeyPlace): ServerKeys {
  if (place.keysFile === null && place.dataFolder === null) return accountsOf(withAddresses(generateKeys()))
  const path = place.keysFile ?? join(place.dataFolder ?? '', 'keys.json')
  if (!existsSync(path) && place.keysFile === null) {
    mkdirSync(place.dataFolder ?? '', { recursive: true, mode: 0o700 })
    writeNew(path, generateKeys())
  }
  return accountsOf(readKeys(path, place.passphraseFile ?? null, place.isSample !== false))
}

function readKeys(path: string, passphraseFile: string | null, mayBePlain: boolean): SomeKeys {
  if (!existsSync(path)) throw new Error(`There is no key file at ${path}`)
  const file = parse(path)
  if (!isSealed(file)) {
    if (!mayBePlain) {
      throw new Error(
        `${path} holds keys that anybody can read: npm run keys -- SEALED.json --from ${path} seals them; destroy ${path} then`,
      )
    }
    return withAddresses(checked(keyFile, file, path))
  }
  if (passphraseFile === null) {
    throw new Error(
      `${path} is sealed: KEYS_PASSPHRASE_FILE says where its passphrase is, - for the standard input (of a source, ` +
        '--from-passphrase-file)',
    )
  }
  try {
    const { content, addresses } = unsealKeys(file, readPassphrase(passphraseFile))
    return { ...checked(someKeys, content, path), addresses: checked(eachRole(address20), addresses, path) }
  } catch (error) {
    throw new Error(`${path} does not open. ${error instanceof Error ? error.message : ''}`)
  }
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Error(`${path} is not a key file: it is no JSON`)
  }
}

function checked<T extends z.ZodType>(schema: T, file: unknown, path: string): z.output<T> {
  const read = schema.safeParse(file)
  if (!read.success) throw new Error(`${path} is not a key file: ${read.error.issues[0]?.path.join('.')}`)
  return read.data
}

/** One line; the end of it does not belong to it. */
function readPassphrase(file: string): string {
  return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/\r?\n$/, '')
}

function withAddresses(file: z.infer<typeof keyFile>): SomeKeys {
  const addresses = roles.map((role) => [role, privateKeyToAddress(file.roles[role])])
  return { ...file, addresses: Object.fromEntries(addresses) as Record<Role, Address> }
}

/** `wx`: two first starts at once must not end with two sets of keys. */
function writeNew(path: string, content: unknown): void {
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true })
}

function accountsOf({ roles: keys, secrets, addresses }: SomeKeys): ServerKeys {
  const accounts = roles.map((role) => {
    const key = keys[role]
    const signer = key === undefined ? absentSigner(role, addresses[role]) : localSigner(key)
    if (signer.address.toLowerCase() !== addresses[role].toLowerCase())
      throw new Error(`The key of ${role} is another's`)
    return [role, accountOf(signer)]
  })
  const bytes = secretNames.map((name) => [name, Buffer.from((secrets[name] ?? '').slice(2), 'hex')])
  const absent = roles.filter((role) => keys[role] === undefined)
  return { ...Object.fromEntries(accounts), secrets: Object.fromEntries(bytes), absent }
}

/** Makes a sealed key file out of new keys, or out of those of another file. */
function makeKeyFile(args: string[]): void {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'passphrase-file': { type: 'string', default: '-' },
      from: { type: 'string' },
      'from-passphrase-file': { type: 'string' },
      only: { type: 'string' },
    },
  })
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) throw new Error('Say where: npm run keys -- keys.json < passphrase')
  if (values['passphrase-file'] === '-' && process.stdin.isTTY) {
    throw new Error('The passphrase comes by --passphrase-file FILE or by the standard input, never typed in the open')
  }
  const kept = values.only === undefined ? roles : checked(z.array(z.enum(roles)), values.only.split(','), '--only')
  const from = values.from
  const keys =
    from === undefined ? withAddresses(generateKeys()) : readKeys(from, values['from-passphrase-file'] ?? null, true)
  const content = { roles: Object.fromEntries(kept.map((role) => [role, keys.roles[role]])), secrets: keys.secrets }
  writeNew(path, sealKeys(content, keys.addresses, readPassphrase(values['passphrase-file'])))
  for (const role of roles) {
    const isHere = kept.includes(role) && keys.roles[role] !== undefined
    console.log(`${role.padEnd(10)} ${keys.addresses[role]}${isHere ? '' : '  (not in this file)'}`)
  }
}

/** `node server/keys.ts keys.json < passphrase`; a file that exists is never written over. */
if (import.meta.main) {
  try {
    makeKeyFile(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
