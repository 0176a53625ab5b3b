import { z } from 'zod'
import { cents, day, endpoint, instant, someCents, uuid } from './endpoint.ts'

export const settlement = z
  .object({
    id: uuid,
    state: z.enum(['draft', 'once_approved', 'approved', 'ready', 'filed', 'done', 'dropped']),
    executionDate: day,
    totalCents: cents,
    createdAt: instant,
    createdBy: z.string(),
    approvals: z.array(z.string()),
    lines: z.array(
      z.object({
        merchant: z.number().int(),
        merchantName: z.string(),
        iban: z.string(),
        bankReference: z.string(),
        endToEndId: z.string(),
        payments: z.number().int(),
        cents: someCents,
        state: z.enum(['draft', 'settling', 'ready', 'paid', 'returned']),
      }),
    ),
  })
  .meta({ id: 'Settlement' })

export const listSettlements = endpoint({
  method: 'get',
  path: '/api/office/settlements',
  summary: 'Settlements, newest first',
  actors: ['finance', 'officer', 'auditor'],
  answer: z.object({ settlements: z.array(settlement) }),
  refusals: [],
})

export const draftSettlement = endpoint({
  method: 'post',
  path: '/api/office/settlements',
  summary:
    'Preview what every merchant is owed: final or guaranteed payments less refunds, each in one settlement only',
  actors: ['finance'],
  body: z.object({ id: uuid, executionDate: day }),
  answer: settlement,
  status: 201,
  refusals: ['already_exists', 'wrong_state'],
})

const oneSettlement = z.object({ settlement: uuid })

export const approveSettlement = endpoint({
  method: 'post',
  path: '/api/office/settlements/:settlement/approve',
  summary: 'One of two approvals by two people; the total is typed again. The second starts it on chain',
  actors: ['finance', 'officer'],
  params: oneSettlement,
  body: z.object({ totalCents: someCents }),
  answer: settlement,
  refusals: ['not_found', 'wrong_state', 'same_person', 'bad_request'],
})

export const dropSettlement = endpoint({
  method: 'post',
  path: '/api/office/settlements/:settlement/drop',
  summary: 'Drop a draft; its payments are free again',
  actors: ['finance'],
  params: oneSettlement,
  body: z.object({}).strict(),
  answer: settlement,
  refusals: ['not_found', 'wrong_state'],
})

export const getPaymentFile = endpoint({
  method: 'get',
  path: '/api/office/settlements/:settlement/pain.001.xml',
  summary: 'The bank’s file (ISO 20022 pain.001.001.09); only when the chain says settling, finally',
  actors: ['finance'],
  params: oneSettlement,
  answer: z.string().meta({ description: 'application/xml' }),
  refusals: ['not_found', 'wrong_state'],
})

export const readStatement = endpoint({
  method: 'post',
  path: '/api/office/statements',
  summary: 'Read the bank’s statement (camt.053): payments are confirmed or come back; a repeat changes nothing',
  actors: ['finance'],
  body: z.object({ xml: z.string().min(20).max(5_000_000) }),
  answer: z.object({
    statement: z.string(),
    paid: z.number().int(),
    returned: z.number().int(),
    unmatched: z.number().int(),
    alreadyRead: z.number().int(),
  }),
  refusals: ['statement_not_readable'],
})
