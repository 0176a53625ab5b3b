import { z } from 'zod'
import { address, done, endpoint, hexOf, instant, signature, uuid } from './endpoint.ts'

const signed = { message: z.string().min(50).max(2000), signature }

export const session = z
  .object({
    actor: z.enum(['wallet', 'till', 'staff']),
    organisation: z.string(),
    name: z.string().nullable(),
    roles: z.array(z.string()),
    till: z.number().int().nullable(),
    merchant: z.number().int().nullable(),
    expiresAt: instant,
  })
  .meta({ id: 'Session' })

export const getNonce = endpoint({
  method: 'post',
  path: '/api/auth/nonce',
  summary: 'A nonce for one sign-in with Ethereum, five minutes, once',
  actors: ['public'],
  answer: z.object({ nonce: z.string(), expiresAt: instant }),
  refusals: [],
})

/** A new phone: the worker's code makes it the one active wallet of its mailbox, and the old one dies at once. */
export const enrolWallet = endpoint({
  method: 'post',
  path: '/api/auth/wallet/enrol',
  summary: 'Join with a worker’s code; replaces an older phone and re-issues what is left',
  actors: ['public'],
  body: z.object({ ...signed, code: z.string().min(8).max(40), stock: z.array(address).max(200) }),
  answer: session,
  status: 201,
  refusals: ['nonce_not_valid', 'signature_not_valid', 'code_not_valid', 'address_already_used'],
})

export const signInWallet = endpoint({
  method: 'post',
  path: '/api/auth/wallet/sign-in',
  summary: 'Sign in a wallet that has enrolled',
  actors: ['public'],
  body: z.object(signed),
  answer: session,
  refusals: ['nonce_not_valid', 'signature_not_valid', 'not_known'],
})

export const joinTill = endpoint({
  method: 'post',
  path: '/api/auth/till/join',
  summary: 'Make this device a till with a merchant’s code',
  actors: ['public'],
  body: z.object({ ...signed, code: z.string().min(8).max(40) }),
  answer: session,
  status: 201,
  refusals: ['nonce_not_valid', 'signature_not_valid', 'code_not_valid', 'already_exists'],
})

export const signInTill = endpoint({
  method: 'post',
  path: '/api/auth/till/sign-in',
  summary: 'Sign in a till that has joined',
  actors: ['public'],
  body: z.object(signed),
  answer: session,
  refusals: ['nonce_not_valid', 'signature_not_valid', 'not_known', 'till_stopped'],
})

/** Staff who hold a key of their own (programme signers) sign in with it instead of OpenID Connect. */
export const signInSigner = endpoint({
  method: 'post',
  path: '/api/auth/signer/sign-in',
  summary: 'Sign in a programme signer',
  actors: ['public'],
  body: z.object(signed),
  answer: session,
  refusals: ['nonce_not_valid', 'signature_not_valid', 'not_known'],
})

export const getSession = endpoint({
  method: 'get',
  path: '/api/auth/session/:actor',
  summary: 'Who am I here: one session each as wallet, till and staff',
  actors: ['public'],
  params: z.object({ actor: z.enum(['wallet', 'till', 'staff']) }),
  answer: z.object({ session: session.nullable() }),
  refusals: [],
})

export const signOut = endpoint({
  method: 'post',
  path: '/api/auth/sign-out',
  summary: 'End a session at once',
  actors: ['public'],
  body: z.object({ actor: z.enum(['wallet', 'till', 'staff']) }),
  answer: done,
  refusals: [],
})

const ageBand = z.enum(['under_12', '12_14', '15_17', '18_plus'])

export const caseSummary = z
  .object({
    id: uuid,
    pseudonym: z.string(),
    ageBand,
    municipality: z.string(),
    language: z.enum(['fi', 'sv', 'en']),
    hasWallet: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: 'CaseSummary' })

export const listCases = endpoint({
  method: 'get',
  path: '/api/desk/cases',
  summary: 'My own cases, newest first',
  actors: ['worker'],
  answer: z.object({ cases: z.array(caseSummary) }),
  refusals: [],
})

export const openCase = endpoint({
  method: 'post',
  path: '/api/desk/cases',
  summary: 'Open a case with the least possible; `id` is the caller’s and makes a repeat harmless',
  actors: ['worker'],
  body: z.object({
    id: uuid,
    pseudonym: z.string().trim().min(1).max(60),
    ageBand,
    municipality: z
      .string()
      .regex(/^\d{3}$/)
      .describe('Municipality code of Statistics Finland'),
    language: z.enum(['fi', 'sv', 'en']),
  }),
  answer: caseSummary,
  status: 201,
  refusals: ['already_exists'],
})

export const issueCode = endpoint({
  method: 'post',
  path: '/api/desk/cases/:case/code',
  summary: 'A code for the youth’s phone: 80 bits, one hour, once; for a first phone or after a loss',
  actors: ['worker'],
  params: z.object({ case: uuid }),
  body: z.object({}).strict(),
  answer: z.object({ code: z.string(), expiresAt: instant }),
  status: 201,
  refusals: ['not_found'],
})

export const chainFacts = z
  .object({
    chainId: z.number().int(),
    vouchers: address,
    acceptor: address,
    /** Least seconds from a signature to its deadline. */
    graceSeconds: z.number().int(),
    genesis: hexOf(32),
  })
  .meta({ id: 'ChainFacts' })
