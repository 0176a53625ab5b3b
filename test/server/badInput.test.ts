import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { toHex } from 'viem'
import type { Endpoint } from '../../protocol/api/endpoint.ts'
import * as grants from '../../protocol/api/grants.ts'
import * as network from '../../protocol/api/network.ts'
import * as people from '../../protocol/api/people.ts'
import * as settlements from '../../protocol/api/settlements.ts'
import * as till from '../../protocol/api/till.ts'
import * as wallet from '../../protocol/api/wallet.ts'
import { type Refusal, refusals } from '../../protocol/refusals.ts'
import type { StaffRole } from '../../server/http/who.ts'
import { endpoints, refusalsOf } from '../../server/openapi.ts'
import type { Ask, Caller, Sent } from '../support/caller.ts'
import { everyRow } from '../support/everyRow.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { chargeOf, offerFor, payOnce, type Settled, settleIn } from '../support/settledTown.ts'
import { bodies, params, queries } from '../support/wellFormed.ts'

const roles: StaffRole[] = ['worker', 'approver', 'officer', 'finance', 'auditor']
const needsSession = ({ actors }: Endpoint) => !actors.includes('public')

describe('Bad input', function () {
  this.timeout(120_000)
  let town: TestServer
  let ours: Settled
  let theirs: Settled
  let rows: Record<string, string>
  /** For each endpoint, somebody who may call it. */
  let callerOf: (endpoint: Endpoint) => Caller

  before(async () => {
    town = await testServer({ publicCallsPerMinute: 1_000_000, sessionCallsPerMinute: 1_000_000 })
    ours = await settleIn(town, 'town')
    theirs = await settleIn(town, 'village')
    callerOf = ({ actors }) => {
      const [actor = 'public'] = actors
      if (actor === 'public') return town.anyone()
      if (actor === 'wallet') return ours.phone.caller
      return actor === 'till' ? ours.till.caller : ours[actor]
    }
  })
  after(() => town.close())
  beforeEach(async () => {
    rows = await everyRow(town.deps.db)
  })

  /** The documented word with its status, and not a row has changed. */
  async function isRefused(endpoint: Endpoint, sent: Sent, expected: Refusal | Refusal[], what: string) {
    const said = `${what}: ${sent.status} ${sent.text.slice(0, 300)}`
    expect(sent.json?.refusal, said).to.be.oneOf([expected].flat())
    expect(sent.status, said).to.equal(refusals[sent.json.refusal as Refusal])
    expect(refusalsOf(endpoint), said).to.include(sent.json.refusal)
    expect(sent.headers.get('content-type'), said).to.include('application/problem+json')
    expect(await everyRow(town.deps.db), said).to.deep.equal(rows)
  }

  function pathOf(name: string, endpoint: Endpoint, wrong: Record<string, string> = {}): string {
    const path = endpoint.path.replace(/:(\w+)/g, (_, part: string) => wrong[part] ?? params[part] ?? '')
    const query = new URLSearchParams(queries[name]).toString()
    return query === '' ? path : `${path}?${query}`
  }

  const send = (
    caller: Caller,
    endpoint: Endpoint,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) =>
    caller.send(endpoint.method.toUpperCase(), path, {
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  it('is tried on every endpoint there is', () => {
    expect(Object.keys(endpoints).length).to.be.greaterThan(50)
    const withBody = Object.entries(endpoints).filter(([, { body }]) => body !== undefined)
    expect(Object.keys(bodies).sort()).to.deep.equal(withBody.map(([name]) => name).sort())
    for (const [name, { body }] of withBody) expect(body?.safeParse(bodies[name]).error, name).to.equal(undefined)
  })

  it('would be noticed by the rows it changed', async () => {
    const body = {
      id: randomUUID(),
      pseudonym: 'Noticed',
      ageBand: '12_14',
      municipality: '240',
      language: 'fi',
    } as const
    await ours.worker.call(people.openCase, { body })
    const after = await everyRow(town.deps.db)
    const changed = Object.keys(after).filter((table) => after[table] !== rows[table])
    expect(changed).to.deep.equal(['cases', 'mailboxes'])
  })

  for (const [name, endpoint] of Object.entries(endpoints)) {
    describe(`${endpoint.method} ${endpoint.path}`, () => {
      if (endpoint.method === 'post') {
        it('is refused from another site', async () => {
          const headers = { origin: 'https://evil.example' }
          const sent = await send(callerOf(endpoint), endpoint, pathOf(name, endpoint), bodies[name], headers)
          await isRefused(endpoint, sent, 'origin_not_allowed', 'another origin')
        })
      }

      if (needsSession(endpoint)) {
        it('is refused without a session, and with another’s', async () => {
          const outsiders: [string, Caller][] = [['nobody', town.anyone()]]
          if (!endpoint.actors.includes('wallet')) outsiders.push(['a wallet', ours.phone.caller])
          if (!endpoint.actors.includes('till')) outsiders.push(['a till', ours.till.caller])
          const isForStaff = endpoint.actors.some((actor) => roles.includes(actor as StaffRole))
          if (!isForStaff) outsiders.push(['a worker', ours.worker])
          for (const [what, caller] of outsiders) {
            const sent = await send(caller, endpoint, pathOf(name, endpoint), bodies[name])
            await isRefused(endpoint, sent, 'not_signed_in', what)
          }
          if (!isForStaff) return
          for (const role of roles.filter((one) => !endpoint.actors.includes(one))) {
            const sent = await send(ours[role], endpoint, pathOf(name, endpoint), bodies[name])
            await isRefused(endpoint, sent, 'not_allowed', role)
          }
        })
      }

      if (endpoint.body !== undefined) {
        it('is refused without a body, with another type, and with any field of another type', async () => {
          const caller = callerOf(endpoint)
          const path = pathOf(name, endpoint)
          await isRefused(endpoint, await send(caller, endpoint, path), 'bad_request', 'no body')
          for (const body of [[], 'text', 1, null, true]) {
            await isRefused(endpoint, await send(caller, endpoint, path, body), 'bad_request', JSON.stringify(body))
          }
          for (const body of spoiled(bodies[name])) {
            if (endpoint.body?.safeParse(body).success) continue
            await isRefused(endpoint, await send(caller, endpoint, path, body), 'bad_request', JSON.stringify(body))
          }
        })

        it('is refused when the body is too large', async () => {
          const padded = {
            ...(bodies[name] as object),
            padding: 'x'.repeat(name === 'readStatement' ? 7_500_000 : 110_000),
          }
          const sent = await send(callerOf(endpoint), endpoint, pathOf(name, endpoint), padded)
          await isRefused(endpoint, sent, 'too_large', 'too large')
        })
      }

      if (endpoint.params !== undefined) {
        it('is refused for a path that names nothing', async () => {
          for (const part of Object.keys(endpoint.params?.shape ?? {})) {
            for (const value of ['x', '-', '%00', '0x', '1.5', '9'.repeat(30), "1'--"]) {
              const path = pathOf(name, endpoint, { [part]: value })
              const sent = await send(callerOf(endpoint), endpoint, path, bodies[name])
              await isRefused(endpoint, sent, 'bad_request', path)
            }
          }
        })
      }
    })
  }

  for (const [name, wrong] of [['getDay', ['', 'x', '2026-02-30', '2026-1-1']]] as const) {
    it(`in the query of ${name} is refused`, async () => {
      const endpoint = endpoints[name] as Endpoint
      const [key = ''] = Object.keys(queries[name] ?? {})
      for (const value of wrong) {
        const sent = await send(
          callerOf(endpoint),
          endpoint,
          `${endpoint.path}?${new URLSearchParams({ [key]: value })}`,
        )
        await isRefused(endpoint, sent, 'bad_request', value)
      }
    })
  }

  describe('What is another’s', () => {
    type Case = [
      what: string,
      ask: () => Promise<[caller: Caller, endpoint: Endpoint, ask: Ask<any>]>,
      refusal: Refusal,
    ]
    const soon = () => new Date(town.deps.now().getTime() + 86_400_000)
    const reason = 'because'
    let paid: Awaited<ReturnType<typeof payOnce>>
    let drafted: string

    before(async () => {
      paid = await payOnce(town, theirs, 700n)
      const posted = await payOnce(town, theirs, 300n)
      await finishPosting()
      expect(posted.payment).to.match(/^0x/)
      drafted = randomUUID()
      const executionDate = town.deps.now().toISOString().slice(0, 10)
      await theirs.finance.call(settlements.draftSettlement, { body: { id: drafted, executionDate } })
    })

    /** Everything of theirs is on sheets and final, so that there is something to settle. */
    async function finishPosting() {
      const { runEveningPost } = await import('../../server/post/post.ts')
      for (let runs = 0; runs < 2; runs++) {
        town.clock.advance(1000)
        while (!(await runEveningPost(town.deps, { sheets: 'now' })));
      }
    }

    const cases: Case[] = [
      [
        'a case to give a code for',
        async () => [ours.worker, people.issueCode, { params: { case: theirs.caseId }, body: {} }],
        'not_found',
      ],
      [
        'a case of a colleague',
        async () => [await town.as('worker'), grants.getCase, { params: { case: ours.caseId } }],
        'not_found',
      ],
      ['a case', async () => [ours.worker, grants.getCase, { params: { case: theirs.caseId } }], 'not_found'],
      [
        'a case to record a need in',
        async () => {
          const body = { id: randomUUID(), programme: ours.programme, text: 'x', facts: {} }
          return [ours.worker, grants.recordNeed, { params: { case: theirs.caseId }, body }]
        },
        'not_found',
      ],
      [
        'a programme to record a need for',
        async () => {
          const body = { id: randomUUID(), programme: theirs.programme, text: 'x', facts: {} }
          return [ours.worker, grants.recordNeed, { params: { case: ours.caseId }, body }]
        },
        'not_found',
      ],
      [
        'a need’s id',
        async () => {
          const body = { id: theirs.undecided, programme: ours.programme, text: 'x', facts: {} }
          return [ours.worker, grants.recordNeed, { params: { case: ours.caseId }, body }]
        },
        'already_exists',
      ],
      [
        'a need to check',
        async () => [ours.worker, grants.checkNeed, { params: { need: theirs.undecided }, body: { facts: {} } }],
        'not_found',
      ],
      [
        'a need to decide',
        async () => {
          const body = { outcome: 'refused', id: randomUUID(), reason }
          return [ours.worker, grants.decideNeed, { params: { need: theirs.undecided }, body }]
        },
        'not_found',
      ],
      [
        'a decision’s id',
        async () => {
          const body = { outcome: 'refused', id: theirs.decided.decision, reason }
          return [ours.worker, grants.decideNeed, { params: { need: ours.undecided }, body }]
        },
        'already_exists',
      ],
      [
        'a decision to approve',
        async () => [
          ours.approver,
          grants.approveDecision,
          { params: { decision: theirs.decided.decision }, body: { approve: true, reason } },
        ],
        'not_found',
      ],
      [
        'a decision to revoke',
        async () => [
          ours.worker,
          grants.revokeGrant,
          { params: { decision: theirs.decided.decision }, body: { reason } },
        ],
        'not_found',
      ],
      [
        'a decision to extend',
        async () => {
          const body = { reason, validUntil: soon() }
          return [ours.worker, grants.extendGrant, { params: { decision: theirs.decided.decision }, body }]
        },
        'not_found',
      ],
      [
        'a case to grant for',
        async () => [ours.worker, grants.grantByReference, { body: reference(theirs.caseId, ours.programme) }],
        'not_found',
      ],
      [
        'a programme to grant from',
        async () => [ours.worker, grants.grantByReference, { body: reference(ours.caseId, theirs.programme) }],
        'not_found',
      ],
      [
        'a programme to fund',
        async () => {
          const body = {
            id: randomUUID(),
            bankReference: 'THEIRS',
            budgetCents: 1n,
            floatCents: 0n,
            guaranteeCents: 0n,
          }
          return [ours.finance, network.fundProgramme, { params: { programme: theirs.programme }, body }]
        },
        'not_found',
      ],
      [
        'a merchant to approve',
        async () => [
          ours.finance,
          network.approveMerchant,
          { params: { merchant: theirs.merchant }, body: { iban: 'x' } },
        ],
        'not_found',
      ],
      [
        'a merchant to suspend',
        async () => [
          ours.officer,
          network.suspendMerchant,
          { params: { merchant: theirs.merchant }, body: { reason } },
        ],
        'not_found',
      ],
      [
        'a merchant to give a till to',
        async () => {
          const body = { tillName: 'x', acceptsAhead: false }
          return [ours.officer, network.issueTillCode, { params: { merchant: theirs.merchant }, body }]
        },
        'not_found',
      ],
      [
        'a settlement to approve',
        async () => [
          ours.finance,
          settlements.approveSettlement,
          { params: { settlement: drafted }, body: { totalCents: 1000n } },
        ],
        'not_found',
      ],
      [
        'a settlement to drop',
        async () => [ours.finance, settlements.dropSettlement, { params: { settlement: drafted }, body: {} }],
        'not_found',
      ],
      [
        'a settlement’s file',
        async () => [ours.finance, settlements.getPaymentFile, { params: { settlement: drafted } }],
        'not_found',
      ],
      [
        'a settlement’s id',
        async () => [ours.finance, settlements.draftSettlement, { body: { id: drafted, executionDate: '2036-01-01' } }],
        'already_exists',
      ],
      ['a charge', async () => [ours.till.caller, till.getCharge, { params: { nonce: paid.nonce } }], 'not_found'],
      [
        'a charge to cancel',
        async () => [ours.till.caller, till.cancelCharge, { params: { nonce: paid.nonce }, body: {} }],
        'not_found',
      ],
      [
        'a payment to undo',
        async () => [ours.till.caller, till.undoPayment, { params: { payment: paid.payment }, body: {} }],
        'not_found',
      ],
      [
        'a payment to refund',
        async () => {
          const body = { id: toHex(new Uint8Array(16).fill(7)), cents: 1n }
          return [ours.till.caller, till.refundPayment, { params: { payment: paid.payment }, body }]
        },
        'not_found',
      ],
      [
        'a charge to open',
        async () => [ours.till.caller, till.openCharge, { body: await chargeOf(town, theirs, 100n) }],
        'signature_not_valid',
      ],
      [
        'a note, from a wallet',
        async () => [ours.phone.caller, wallet.payFromWallet, { body: await withTheirNote() }],
        'unknown_note',
      ],
      [
        'a note, at a till of an organisation it is not for',
        async () => [ours.till.caller, till.payAtTill, { body: await withTheirNote() }],
        'not_here',
      ],
      [
        'an offer to give up',
        async () => [ours.phone.caller, wallet.giveUp, { body: { nonce: paid.nonce, offer: paid.offer } }],
        'unknown_note',
      ],
      [
        'an address in the stock',
        async () => {
          const addresses = [[...theirs.phone.holders.keys()][0]]
          return [ours.phone.caller, wallet.uploadStock, { body: { from: 30, addresses } }]
        },
        'address_already_used',
      ],
    ]

    const reference = (caseId: string, programme: number) => ({
      id: randomUUID(),
      case: caseId,
      programme,
      decisionNumber: '1/2026',
      amountCents: 100n,
      validUntil: soon(),
    })

    async function withTheirNote() {
      const charge = await chargeOf(town, ours, 100n)
      return { charge, offer: await offerFor(town, theirs, ours.merchant, charge.nonce, 100n) }
    }

    for (const [what, ask, refusal] of cases) {
      it(`is refused: ${what}`, async () => {
        const [caller, endpoint, asked] = await ask()
        rows = await everyRow(town.deps.db)
        await isRefused(endpoint, await caller.ask(endpoint, asked), refusal, what)
      })
    }

    it('stays unused and untold in what is reported of paid ahead', async () => {
      const unused = [paid.payment]
      rows = await everyRow(town.deps.db)
      expect(await ours.till.caller.call(till.reportAhead, { body: { used: [], unused } })).to.deep.include({
        unused: [],
      })
      expect(await everyRow(town.deps.db)).to.deep.equal(rows)
    })

    it('is in no list of ours', async () => {
      const lists: [Caller, Endpoint][] = [
        [ours.worker, people.listCases],
        [ours.approver, grants.listApprovals],
        [ours.officer, network.listProgrammes],
        [ours.officer, network.listMerchants],
        [ours.finance, settlements.listSettlements],
        [ours.till.caller, till.listAhead],
        [ours.till.caller, till.listProofs],
        [ours.phone.caller, wallet.getWallet],
      ]
      const secrets = [theirs.caseId, drafted, paid.payment, theirs.decided.decision, theirs.decided.need]
      for (const [caller, endpoint] of lists) {
        const { status, text } = await caller.ask(endpoint)
        expect(status, endpoint.path).to.equal(200)
        for (const secret of secrets) expect(text, endpoint.path).not.to.include(secret)
      }
    })
  })
})

/** The same value with each part in turn left out, or replaced by what no schema here takes. */
function* spoiled(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    for (const other of [{ bad: true }, -1, 'x'.repeat(3000), null]) yield replaced(value, key, other)
    if (!Array.isArray(value)) yield replaced(value, key, undefined)
    for (const inside of spoiled(part)) yield replaced(value, key, inside)
  }
}

function replaced(value: object, key: string, part: unknown): unknown {
  if (Array.isArray(value)) return value.map((one, place) => (String(place) === key ? part : one))
  const { [key]: _, ...rest } = value as Record<string, unknown>
  return part === undefined ? rest : { ...rest, [key]: part }
}
