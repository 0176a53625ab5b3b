import { isValidIBAN } from 'ibantools'
import { parseGwei } from 'viem'
import { z } from 'zod'

const day = 86_400
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most)
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => new URL(text).origin === text, 'An origin has no path and no final slash')

/** Every setting, read once from the environment. server/README.md says what each is for. */
const settings = z.object({
  DATA: z.string().min(1).default('data'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: count(0, 65_535).default(3000),
  ORIGIN: origin.optional(),
  TRUST_PROXY: count(0, 10).default(0),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_PORT: count(0, 65_535).optional(),
  DRAIN_SECONDS: count(0, 300).optional(),
  SAMPLE: flag.default(false),
  PROCESS: z.enum(['all', 'api', 'worker']).default('all'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  RPC_URL: z.url({ protocol: /^https?$/ }).optional(),
  CHAIN_ID: count(1, 2_147_483_647).default(31_337),
  MOST_FEE_GWEI: z.coerce.number().min(0.000000001).max(1_000_000).default(200),
  KEYS_FILE: z.string().min(1).optional(),
  KEYS_PASSPHRASE_FILE: z.string().min(1).optional(),
  GRACE_SECONDS: count(1, 400 * day).default(35 * day),
  ESCAPE_AFTER_SECONDS: count(1, 400 * day).default(7 * day),
  POST_INTERVAL_SECONDS: count(1, 30 * day).default(day),
  SHEET_LEAST_NOTES: count(1, 100_000).default(1024),
  SHEET_WAIT_SECONDS: count(1, 30 * day).default(7 * day),
  REFUND_EVENINGS: count(1, 100).optional(),
  RECONCILE_INTERVAL_SECONDS: count(1, 30 * day).default(day / 4),
  RELEASE_STEP_CENTS: count(1, 1_000_000).default(5_000),
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  PHONE: z
    .string()
    .regex(/^\+\d[\d ]{4,20}$/)
    .optional(),
  DEBTOR_NAME: z.string().min(1).max(70).optional(),
  DEBTOR_IBAN: z.string().refine(isValidIBAN, 'Not an IBAN without spaces, or its check digits are wrong').optional(),
  DEBTOR_BIC: z
    .string()
    .regex(/^[A-Z0-9]{8}([A-Z0-9]{3})?$/)
    .optional(),
  PUBLIC_CALLS_PER_MINUTE: count(1, 10_000_000).default(6000),
  SESSION_CALLS_PER_MINUTE: count(1, 10_000_000).default(600),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})

export interface Config {
  /** Null keeps the database and the embedded chain in memory, for tests. */
  dataFolder: string | null
  host: string
  port: number
  /** `https://kipina.example`: what browsers see, what sign-ins are bound to, what codes link to. */
  origin: string
  /** Proxies in front of this server whose X-Forwarded-For is believed. */
  trustedProxies: number
  /** Where this process tells its figures; null: nowhere. */
  metrics: { host: string; port: number } | null
  /** How long a process that ends goes on answering while proxies notice that it is ready no more. */
  drainSeconds: number
  /** A town to try things in: own sign-in page, short times allowed. Never with real children. */
  isSample: boolean
  /** `api` answers requests, `worker` works on what is due, `all` does both. */
  process: 'all' | 'api' | 'worker'
  databaseUrl: string | null
  rpcUrl: string | null
  chainId: number
  /** Wei a unit of gas: the most that is ever signed for. */
  mostFeePerGas: bigint
  /** Where keys.json is; null: in the data folder, generated when absent. */
  keysFile: string | null
  /** Where the passphrase of a sealed key file is; `-`: the standard input. */
  passphraseFile: string | null
  graceSeconds: number
  escapeAfterSeconds: number
  postIntervalSeconds: number
  sheetLeastNotes: number
  sheetWaitSeconds: number
  /** The refunds of one payment leave for the chain at most so many evenings after each other. */
  refundEvenings: number
  reconcileIntervalSeconds: number
  releaseStepCents: bigint
  /** Null: the embedded issuer, in the sample only. */
  oidc: { issuer: string; clientId: string; clientSecret: string } | null
  /** The one number on every screen and receipt. */
  phone: string
  /** The clearing account that merchants are paid from. */
  debtor: { name: string; iban: string; bic: string }
  publicCallsPerMinute: number
  sessionCallsPerMinute: number
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'
}

/** Stands in for what only a real installation can say. */
const sample = {
  phone: '+358 9 000 0000',
  debtor: { name: 'Kipinä clearing account (sample)', iban: 'FI2112345600000785', bic: 'NDEAFIHH' },
}

/** @throws an Error that names every setting that is missing or wrong, one a line. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== undefined && text !== ''))
  const read = settings.safeParse(given)
  if (!read.success) throw complaint(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`))
  const set = read.data
  const isShared = set.DATABASE_URL !== undefined && set.RPC_URL !== undefined
  if (set.PROCESS !== 'all' && !isShared) throw complaint(['PROCESS: all, unless DATABASE_URL and RPC_URL are shared'])
  const missing = set.SAMPLE ? [] : whatProductionNeeds(set)
  if (missing.length > 0) throw complaint(missing)

  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = set
  const { DEBTOR_NAME: name, DEBTOR_IBAN: iban, DEBTOR_BIC: bic } = set
  return {
    dataFolder: set.DATA,
    host: set.HOST,
    port: set.PORT,
    origin: set.ORIGIN ?? `http://localhost:${set.PORT}`,
    trustedProxies: set.TRUST_PROXY,
    metrics: set.METRICS_PORT === undefined ? null : { host: set.METRICS_HOST, port: set.METRICS_PORT },
    drainSeconds: set.DRAIN_SECONDS ?? (set.SAMPLE ? 0 : 5),
    isSample: set.SAMPLE,
    process: set.PROCESS,
    databaseUrl: set.DATABASE_URL ?? null,
    rpcUrl: set.RPC_URL ?? null,
    chainId: set.CHAIN_ID,
    mostFeePerGas: parseGwei(set.MOST_FEE_GWEI.toFixed(9)),
    keysFile: set.KEYS_FILE ?? null,
    passphraseFile: set.KEYS_PASSPHRASE_FILE ?? null,
    graceSeconds: set.GRACE_SECONDS,
    escapeAfterSeconds: set.ESCAPE_AFTER_SECONDS,
    postIntervalSeconds: set.POST_INTERVAL_SECONDS,
    sheetLeastNotes: set.SHEET_LEAST_NOTES,
    sheetWaitSeconds: set.SHEET_WAIT_SECONDS,
    refundEvenings: set.REFUND_EVENINGS ?? (set.SAMPLE ? 3 : 21),
    reconcileIntervalSeconds: set.RECONCILE_INTERVAL_SECONDS,
    releaseStepCents: BigInt(set.RELEASE_STEP_CENTS),
    oidc: issuer && clientId && clientSecret ? { issuer, clientId, clientSecret } : null,
    phone: set.PHONE ?? sample.phone,
    debtor: name && iban && bic ? { name, iban, bic } : sample.debtor,
    publicCallsPerMinute: set.PUBLIC_CALLS_PER_MINUTE,
    sessionCallsPerMinute: set.SESSION_CALLS_PER_MINUTE,
    logLevel: set.LOG_LEVEL,
  }
}

function whatProductionNeeds(set: z.infer<typeof settings>): string[] {
  const needed = [
    'ORIGIN',
    'DATABASE_URL',
    'RPC_URL',
    'KEYS_FILE',
    'KEYS_PASSPHRASE_FILE',
    'OIDC_ISSUER',
    'OIDC_CLIENT_ID',
    'OIDC_CLIENT_SECRET',
    'PHONE',
    'DEBTOR_NAME',
    'DEBTOR_IBAN',
    'DEBTOR_BIC',
  ] as const
  const absent = needed.filter((name) => set[name] === undefined).map((name) => `${name}: needed unless SAMPLE=true`)
  const short = [
    ...(set.GRACE_SECONDS < 35 * day ? ['GRACE_SECONDS: at least 35 days unless SAMPLE=true'] : []),
    ...(set.ESCAPE_AFTER_SECONDS < 7 * day ? ['ESCAPE_AFTER_SECONDS: at least 7 days unless SAMPLE=true'] : []),
    ...(set.ORIGIN?.startsWith('http:')
      ? ['ORIGIN: https unless SAMPLE=true, else there is no camera and no cookie']
      : []),
  ]
  return [...absent, ...short]
}

function complaint(lines: string[]): Error {
  return new Error(`The configuration is not complete:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}
