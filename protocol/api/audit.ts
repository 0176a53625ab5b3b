import { z } from 'zod'
import { cents, endpoint, instant } from './endpoint.ts'

const signedCents = z.codec(z.string().regex(/^-?\d{1,14}$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: String,
})

export const reconciliation = z
  .object({
    balanced: z.boolean(),
    at: instant,
    block: z.number().int(),
    programmes: z.array(
      z.object({
        programme: z.number().int(),
        name: z.string(),
        grantedCents: cents,
        spentCents: cents,
        leftCents: cents,
        expiredCents: cents,
        revokedCents: cents,
        chain: z.record(z.string(), signedCents),
        database: z.record(z.string(), signedCents),
        bank: z.record(z.string(), signedCents),
      }),
    ),
    total: z.record(z.string(), signedCents),
    differences: z.array(
      z.object({
        invariant: z.number().int(),
        what: z.string(),
        programme: z.number().int().nullable(),
        note: z.string().nullable(),
        expectedCents: signedCents,
        foundCents: signedCents,
      }),
    ),
    sqlMilliseconds: z.number().int().describe('How long the tables were read and compared with each other'),
    chainMilliseconds: z.number().int().describe('How long the chain, trees of sheets and signatures took after that'),
  })
  .meta({ id: 'Reconciliation' })

export const reconcile = endpoint({
  method: 'get',
  path: '/api/office/reconciliation',
  summary: 'Chain, database and bank statement side by side, to the cent',
  actors: ['finance', 'officer', 'auditor'],
  answer: reconciliation,
  refusals: [],
})

export const auditVerification = z
  .object({
    intact: z.boolean(),
    at: instant,
    rows: z.number().int().describe('Rows that are as they were: all, or those before the broken one'),
    waiting: z.number().int().describe('Rows that are not chained yet'),
    oldestWaitingAt: instant.nullable(),
    contract: z.string().describe('Where heads are anchored; compare it with what `npm run deploy` printed'),
    anchors: z.number().int(),
    anchoredRow: z.number().int().describe('Up to here the chain says so too; 0 for none'),
    lastAnchorAt: instant.nullable(),
    broken: z
      .object({
        row: z.number().int().describe('The first row that is not as it was'),
        until: z.number().int().nullable(),
        what: z.enum(['changed', 'deleted', 'inserted', 'truncated', 'rewritten']),
        because: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'AuditVerification' })

export const verifyAuditLog = endpoint({
  method: 'get',
  path: '/api/office/audit-log/verification',
  summary: 'The whole audit log against its own hashes and the anchors on chain',
  actors: ['officer', 'auditor'],
  answer: auditVerification,
  refusals: [],
})

export const postState = z
  .object({
    unpostedCount: z.number().int(),
    unpostedCents: cents,
    postedCount: z.number().int(),
    unsheetedNotes: z.number().int(),
    outboxPending: z.number().int(),
    revokesPending: z.number().int(),
    refundsPending: z.number().int(),
    waitingForGuarantee: z.number().int(),
    stage: z.string(),
    lastRunAt: instant.nullable(),
  })
  .meta({ id: 'PostState' })

export const getPost = endpoint({
  method: 'get',
  path: '/api/office/post',
  summary: 'Where the evening post stands',
  actors: ['officer', 'finance', 'auditor'],
  answer: postState,
  refusals: [],
})

export const runPost = endpoint({
  method: 'post',
  path: '/api/office/post',
  summary: 'Run the evening post now: each stage starts when the former is final',
  actors: ['officer'],
  body: z.object({ sheets: z.enum(['by_rule', 'now']).describe('`now` cuts sheets even when few notes wait') }),
  answer: postState,
  status: 202,
  refusals: [],
})

export const payGuarantee = endpoint({
  method: 'post',
  path: '/api/office/guarantee',
  summary: 'Pay from the guarantee what the chain refused for good',
  actors: ['finance'],
  body: z.object({}).strict(),
  answer: z.object({ queued: z.number().int() }),
  status: 202,
  refusals: [],
})

export const live = endpoint({
  method: 'get',
  path: '/health/live',
  summary: 'The process runs',
  actors: ['public'],
  answer: z.object({ live: z.literal(true) }),
  refusals: [],
})

export const ready = endpoint({
  method: 'get',
  path: '/health/ready',
  summary: 'Send requests here: the database answers. Whether the chain does is told, and stops nothing',
  actors: ['public'],
  answer: z.object({ database: z.boolean(), chain: z.boolean() }),
  refusals: ['unavailable'],
})
