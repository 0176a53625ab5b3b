import { z } from 'zod'
import { endpoint, instant, someCents, uuid, words } from './endpoint.ts'

/** What the rules may know. Every fact is optional: what is missing is named, never guessed. */
export const facts = z
  .object({
    ageBand: z.enum(['under_12', '12_14', '15_17', '18_plus']).optional(),
    municipality: z
      .string()
      .regex(/^\d{3}$/)
      .optional(),
    hasFoodForThreeDays: z.boolean().optional(),
    isStudent: z.boolean().optional(),
    householdReceivesBasicAssistance: z.boolean().optional(),
    otherSupportCoversIt: z.boolean().optional(),
  })
  .strict()
  .meta({ id: 'Facts' })

export const checkResult = z
  .object({
    ruleSet: z.string(),
    outcome: z.enum(['meets_criteria', 'does_not_meet', 'needs_information']),
    missing: z.array(z.string()),
    criteria: z.array(
      z.object({
        id: z.string(),
        result: z.enum(['met', 'not_met', 'unknown']),
        sentence: words,
        legalBasis: z.string(),
      }),
    ),
  })
  .meta({ id: 'CheckResult' })

export const decision = z
  .object({
    id: uuid,
    outcome: z.enum(['granted', 'refused']),
    state: z.enum(['waiting_for_second', 'decided', 'turned_down', 'ended']),
    isEmergency: z.boolean(),
    amountCents: someCents.nullable(),
    validUntil: instant.nullable(),
    reason: z.string(),
    decidedBy: z.string(),
    decidedAt: instant,
    approvedBy: z.string().nullable(),
    /** How help landed, never where: nothing of it used, some, or all; or it has ended. */
    landed: z.enum(['not_used', 'partly_used', 'used', 'ended']).nullable(),
  })
  .meta({ id: 'Decision' })

export const need = z
  .object({
    id: uuid,
    programme: z.number().int(),
    programmeName: words,
    text: z.string(),
    facts,
    check: checkResult.nullable(),
    decision: decision.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Need' })

const oneCase = z.object({ case: uuid })
const oneNeed = z.object({ need: uuid })
const oneDecision = z.object({ decision: uuid })

export const getCase = endpoint({
  method: 'get',
  path: '/api/desk/cases/:case',
  summary: 'One of my cases with its needs and decisions; the reading is logged',
  actors: ['worker'],
  params: oneCase,
  answer: z.object({
    id: uuid,
    pseudonym: z.string(),
    ageBand: z.string(),
    municipality: z.string(),
    language: z.enum(['fi', 'sv', 'en']),
    hasWallet: z.boolean(),
    needs: z.array(need),
  }),
  refusals: ['not_found'],
})

export const recordNeed = endpoint({
  method: 'post',
  path: '/api/desk/cases/:case/needs',
  summary: 'Record a need; the programme’s published rules are checked and explained at once',
  actors: ['worker'],
  params: oneCase,
  body: z.object({ id: uuid, programme: z.number().int(), text: z.string().trim().max(2000), facts }),
  answer: need,
  status: 201,
  refusals: ['not_found', 'already_exists'],
})

export const checkNeed = endpoint({
  method: 'post',
  path: '/api/desk/needs/:need/check',
  summary: 'Check again with more facts, until it is decided',
  actors: ['worker'],
  params: oneNeed,
  body: z.object({ facts }),
  answer: need,
  refusals: ['not_found', 'wrong_state'],
})

/** A person decides, with a reason, either way whatever the check said. */
export const decideNeed = endpoint({
  method: 'post',
  path: '/api/desk/needs/:need/decision',
  summary: 'Decide: within the worker’s limit at once, above it when a second person approves',
  actors: ['worker'],
  params: oneNeed,
  body: z.discriminatedUnion('outcome', [
    z.object({
      outcome: z.literal('granted'),
      id: uuid,
      reason: z.string().trim().min(3).max(2000),
      amountCents: someCents,
      validUntil: instant,
      isEmergency: z.boolean(),
    }),
    z.object({ outcome: z.literal('refused'), id: uuid, reason: z.string().trim().min(3).max(2000) }),
  ]),
  answer: need,
  status: 201,
  refusals: ['not_found', 'wrong_state', 'above_limit', 'budget_exceeded', 'already_exists', 'outside_the_rules'],
})

export const listApprovals = endpoint({
  method: 'get',
  path: '/api/desk/approvals',
  summary: 'Decisions that wait for a second person',
  actors: ['approver'],
  answer: z.object({
    approvals: z.array(
      z.object({
        decision: uuid,
        pseudonym: z.string(),
        programmeName: words,
        amountCents: someCents,
        validUntil: instant,
        reason: z.string(),
        decidedBy: z.string(),
        isEmergency: z.boolean(),
        check: checkResult.nullable(),
      }),
    ),
  }),
  refusals: [],
})

export const approveDecision = endpoint({
  method: 'post',
  path: '/api/desk/decisions/:decision/approval',
  summary: 'The second person’s yes or no; an emergency was granted already and is reviewed here',
  actors: ['approver'],
  params: oneDecision,
  body: z.object({ approve: z.boolean(), reason: z.string().trim().min(3).max(500) }),
  answer: decision,
  refusals: ['not_found', 'wrong_state', 'same_person', 'budget_exceeded', 'above_limit'],
})

export const revokeGrant = endpoint({
  method: 'post',
  path: '/api/desk/decisions/:decision/revoke',
  summary: 'End what is left of a voucher, with a reason; what is spent stays spent',
  actors: ['worker'],
  params: oneDecision,
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  answer: decision,
  refusals: ['not_found', 'wrong_state'],
})

export const extendGrant = endpoint({
  method: 'post',
  path: '/api/desk/decisions/:decision/extend',
  summary: 'Give what is left more time: its notes are replaced by fresh ones',
  actors: ['worker'],
  params: oneDecision,
  body: z.object({ reason: z.string().trim().min(3).max(500), validUntil: instant }),
  answer: decision,
  refusals: ['not_found', 'wrong_state'],
})

/** Reference mode and universal programmes: decided in the organisation's own case system. */
export const grantByReference = endpoint({
  method: 'post',
  path: '/api/desk/grants',
  summary: 'Turn a decision of the case system into a voucher; the decision number makes a repeat harmless',
  actors: ['worker'],
  body: z.object({
    id: uuid,
    case: uuid,
    programme: z.number().int(),
    decisionNumber: z.string().trim().min(1).max(60),
    amountCents: someCents,
    validUntil: instant,
  }),
  answer: decision,
  status: 201,
  refusals: ['not_found', 'above_limit', 'budget_exceeded', 'already_exists', 'wrong_state', 'outside_the_rules'],
})
