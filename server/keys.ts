import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'

/** One key a role, so that a stolen one can do one thing only. */
export const roles = ['acceptor', 'issuer', 'finance', 'registrar', 'treasury', 'guardian', 'admin', 'relayer'] as const

export type Role = (typeof roles)[number]

/** Random bytes that lock what is stored: the vault's folders, the leaf files of sheets, the way through the sign-in. */
const secretNames = ['vault', 'leafFiles', 'signIn'] as const

export type ServerKeys = Record<Role, LocalAccount> & { secrets: Record<(typeof secretNames)[number], Buffer> }

const key32 = z.string().regex(/^0x[0-9a-f]{64}$/) as unknown as z.ZodType<`0x${string}`>
const keyFile = z.object({
  roles: z.object(Object.fromEntries(roles.map((role) => [role, key32])) as Record<Role, typeof key32>),
  secrets: z.object(Object.fromEntries(secretNames.map((name) => [name, key32])) as Record<string, typeof key32>),
})

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
 * @throws when the file is absent although one was named, or is not a key file.
 */
export function openKeys(config: { keysFile: string | null; dataFolder: string | null }): ServerKeys {
  if (config.keysFile === null && config.dataFolder === null) return accountsOf(generateKeys())
  const path = config.keysFile ?? join(config.dataFolder ?? '', 'keys.json')
  if (!existsSync(path)) {
    if (config.keysFile !== null) throw new Error(`There is no key file at ${path}`)
    mkdirSync(config.dataFolder ?? '', { recursive: true, mode: 0o700 })
    writeKeys(path)
  }
  const read = keyFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  // Never the content: an error message ends in a log.
  if (!read.success) throw new Error(`${path} is not a key file: ${read.error.issues[0]?.path.join('.')}`)
  return accountsOf(read.data)
}

/** `wx`: two first starts at once must not end with two sets of keys. */
function writeKeys(path: string): void {
  writeFileSync(path, `${JSON.stringify(generateKeys(), null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}

function accountsOf(file: z.infer<typeof keyFile>): ServerKeys {
  const accounts = roles.map((role) => [role, privateKeyToAccount(file.roles[role])])
  const secrets = secretNames.map((name) => [name, Buffer.from((file.secrets[name] ?? '').slice(2), 'hex')])
  return { ...Object.fromEntries(accounts), secrets: Object.fromEntries(secrets) }
}

/** `node server/keys.ts keys.json` makes a key file for an installation; one that exists is never written over. */
if (import.meta.main) {
  const [path] = process.argv.slice(2)
  if (path === undefined) throw new Error('Say where: node server/keys.ts keys.json')
  writeKeys(path)
  const keys = openKeys({ keysFile: path, dataFolder: null })
  for (const role of roles) console.log(`${role.padEnd(10)} ${keys[role].address}`)
}
