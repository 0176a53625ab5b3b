import { z } from 'zod'
import { purposes } from '../purposes.ts'
import { cents, endpoint, instant, someCents, uuid, words } from './endpoint.ts'
import { chainFacts } from './people.ts'

const purpose = z.enum(purposes)
const chosenPurposes = z.array(purpose).min(1).max(8)

export const place = z
  .object({
    merchant: z.number().int(),
    name: z.string(),
    purposes: z.array(purpose),
    municipality: z.string(),
    street: z.string(),
    postalCode: z.string(),
    latitude: z.number().nullable(),
    longitude: z.number().nullable(),
    tills: z.array(z.object({ till: z.number().int(), name: z.string(), acceptsAhead: z.boolean() })),
  })
  .meta({ id: 'Place' })

/** The same for everyone, so that asking for it tells nothing about who asks. */
export const getDirectory = endpoint({
  method: 'get',
  path: '/api/directory',
  summary: 'Where one can pay, whom one can call, and the facts a phone signs with',
  actors: ['public'],
  answer: z.object({
    chain: chainFacts,
    phone: z.string(),
    organisations: z.array(z.object({ id: z.string(), name: words, phone: z.string() })),
    places: z.array(place),
  }),
  refusals: [],
})

export const template = z
  .object({ id: z.string(), name: words, amountCents: someCents, validDays: z.number().int().min(1).max(366) })
  .meta({ id: 'Template' })

const newProgramme = {
  id: z.number().int().min(1).max(2_000_000_000),
  name: words.describe('What staff call it'),
  label: words.describe('What a youth sees: what it buys, never why'),
  kind: z.enum(['value', 'service']),
  mode: z.enum(['full', 'reference']),
  isUniversal: z.boolean(),
  purposes: chosenPurposes,
  ruleSet: z.string().max(60).nullable(),
  templates: z.array(template).max(20),
  mostPerGrantCents: someCents,
  dailyLimitCents: someCents,
  undoSeconds: z.number().int().min(0).max(172_800).nullable().describe('Null: until 04:00 the next day'),
}

export const programme = z
  .object({
    ...newProgramme,
    organisation: z.string(),
    state: z.enum(['opening', 'open', 'closed']),
    budgetCents: cents,
    floatCents: cents,
    guaranteeCents: cents,
    grantableCents: cents,
    grantedCents: cents,
    spentCents: cents,
    leftCents: cents,
    expiredCents: cents,
    revokedCents: cents,
  })
  .meta({ id: 'Programme' })

export const listProgrammes = endpoint({
  method: 'get',
  path: '/api/programmes',
  summary: 'The organisation’s programmes and their budgets',
  actors: ['worker', 'approver', 'officer', 'finance', 'auditor'],
  answer: z.object({ programmes: z.array(programme) }),
  refusals: [],
})

export const openProgramme = endpoint({
  method: 'post',
  path: '/api/office/programmes',
  summary: 'Open a programme; it is usable when its opening is final on chain',
  actors: ['officer'],
  body: z.object(newProgramme),
  answer: programme,
  status: 201,
  refusals: ['already_exists'],
})

export const fundProgramme = endpoint({
  method: 'post',
  path: '/api/office/programmes/:programme/fundings',
  summary: 'Book money that arrived at the bank: budget, float for change under way, guarantee',
  actors: ['finance'],
  params: z.object({ programme: z.coerce.number().int() }),
  body: z.object({
    id: uuid,
    bankReference: z
      .string()
      .trim()
      .min(4)
      .max(35)
      .regex(/^[\x20-\x7e]+$/),
    budgetCents: cents,
    floatCents: cents,
    guaranteeCents: cents,
  }),
  answer: z.object({ id: uuid, state: z.enum(['queued', 'final']) }),
  status: 202,
  refusals: ['not_found', 'already_exists'],
})

export const merchant = z
  .object({
    id: z.number().int(),
    name: z.string(),
    businessId: z.string(),
    iban: z.string(),
    bankReference: z.string(),
    purposes: z.array(purpose),
    municipality: z.string(),
    street: z.string(),
    postalCode: z.string(),
    state: z.enum(['proposed', 'approved', 'suspended']),
    owedCents: cents,
    tills: z.array(z.object({ till: z.number().int(), name: z.string(), acceptsAhead: z.boolean() })),
  })
  .meta({ id: 'Merchant' })

export const listMerchants = endpoint({
  method: 'get',
  path: '/api/office/merchants',
  summary: 'Merchants of the organisation, what they are owed, and their tills',
  actors: ['officer', 'finance', 'auditor'],
  answer: z.object({ merchants: z.array(merchant) }),
  refusals: [],
})

export const proposeMerchant = endpoint({
  method: 'post',
  path: '/api/office/merchants',
  summary: 'Propose a merchant and its bank account; another person approves',
  actors: ['officer'],
  body: z.object({
    id: z.number().int().min(1).max(2_000_000_000),
    name: z.string().trim().min(1).max(70),
    businessId: z.string().max(20),
    iban: z.string().max(40),
    purposes: chosenPurposes,
    municipality: z.string().regex(/^\d{3}$/),
    street: z.string().trim().min(1).max(70),
    postalCode: z.string().regex(/^\d{5}$/),
    latitude: z.number().min(-90).max(90).nullable(),
    longitude: z.number().min(-180).max(180).nullable(),
  }),
  answer: merchant,
  status: 201,
  refusals: ['already_exists'],
})

const oneMerchant = z.object({ merchant: z.coerce.number().int() })

export const approveMerchant = endpoint({
  method: 'post',
  path: '/api/office/merchants/:merchant/approve',
  summary: 'The second person’s yes: registers the merchant on chain',
  actors: ['finance'],
  params: oneMerchant,
  body: z.object({ iban: z.string().max(40).describe('Typed again from the agreement') }),
  answer: merchant,
  refusals: ['not_found', 'wrong_state', 'same_person', 'bad_request'],
})

export const suspendMerchant = endpoint({
  method: 'post',
  path: '/api/office/merchants/:merchant/suspend',
  summary: 'Stop new payments there at once; what was accepted is still paid',
  actors: ['officer'],
  params: oneMerchant,
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  answer: merchant,
  refusals: ['not_found', 'wrong_state'],
})

export const issueTillCode = endpoint({
  method: 'post',
  path: '/api/office/merchants/:merchant/till-codes',
  summary: 'A code that makes a device a till of this merchant: one day, once',
  actors: ['officer'],
  params: oneMerchant,
  body: z.object({ tillName: z.string().trim().min(1).max(40), acceptsAhead: z.boolean() }),
  answer: z.object({ code: z.string(), expiresAt: instant }),
  status: 201,
  refusals: ['not_found', 'wrong_state'],
})
