import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import type { Hex } from 'viem'
import { Acknowledged } from '../../scripts/chaos/acknowledged.ts'
import type { Fault, Run } from '../../scripts/chaos/faults/fault.ts'
import { faults } from '../../scripts/chaos/faults/faults.ts'
import { Broken } from '../../scripts/chaos/invariants.ts'
import { injectAll, planOf, type Step } from '../../scripts/chaos/schedule.ts'
import { complaintsIn } from '../../scripts/chaos/witnesses.ts'
import type { Till, TillPayment } from '../../scripts/walkthrough/till.ts'
import { findPostgres } from '../support/postgres.ts'

const root = resolve(import.meta.dirname, '../..')
const till = {} as Till
const runOf = () => ({ broken: new Broken() }) as Run

function paymentOf(number: number, more: Partial<TillPayment> = {}): TillPayment {
  const id = `0x${String(number).padStart(32, '0')}` as Hex
  const receipt = {
    payment: id,
    merchant: 1,
    till: 1,
    priceCents: 100n,
    nonce: `0x${String(number).padStart(16, '0')}` as Hex,
    receiptNumber: number,
    acceptedAt: 0,
    signature: id,
  }
  return { receipt, notes: [], state: 'accepted', refundedCents: 0n, ahead: null, undoUntil: new Date(), ...more }
}

describe('What chaos holds the town to', () => {
  let promises: Acknowledged
  beforeEach(() => {
    promises = new Acknowledged()
    for (const number of [1, 2]) promises.green(till, 1, paymentOf(number).receipt)
  })
  const [one, two] = [paymentOf(1), paymentOf(2)]
  const counts = (shown: TillPayment[]) => {
    const { lost, doubled } = promises.compare(1, shown)
    return { lost: lost.length, doubled: doubled.length }
  }

  it('is lost when it is not there', () => expect(counts([one])).to.deep.equal({ lost: 1, doubled: 0 }))

  it('is lost when it was undone and nobody was told', () => {
    expect(counts([one, { ...two, state: 'undone' }])).to.deep.equal({ lost: 1, doubled: 0 })
  })

  it('is lost when it stands although it was undone', () => {
    promises.undone(two.receipt.nonce)
    expect(counts([one, two])).to.deep.equal({ lost: 1, doubled: 0 })
  })

  it('is lost when more of it was given back than anybody was told', () => {
    expect(counts([one, { ...two, refundedCents: 1n }])).to.deep.equal({ lost: 1, doubled: 0 })
  })

  it('is doubled when it is there twice', () => expect(counts([one, two, two])).to.deep.equal({ lost: 0, doubled: 1 }))

  it('is doubled when it was refused and is paid', () => {
    promises.refused(paymentOf(3).receipt.nonce)
    expect(counts([one, two, paymentOf(3)])).to.deep.equal({ lost: 0, doubled: 1 })
  })

  it('is broken when the same charge has two receipts, or is paid after it was refused', () => {
    promises.green(till, 1, { ...one.receipt, signature: '0x00' })
    promises.refused(paymentOf(3).receipt.nonce)
    promises.green(till, 1, paymentOf(3).receipt)
    expect(promises.broken).to.have.length(2)
  })

  it('is kept when all is as it was told', () => {
    promises.undone(two.receipt.nonce)
    expect(counts([one, { ...two, state: 'undone' }])).to.deep.equal({ lost: 0, doubled: 0 })
    expect(promises.earnedCents({ merchant: 1 })).to.equal(100n)
  })
})

describe("What servers say in their log that breaks chaos' promise", () => {
  const logOf = (...lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n')
  const failed = { level: 50, msg: 'A job failed; it is tried again' }

  it('is a bug, and a job that failed for another cause than its database or its node', () => {
    const log = logOf({ level: 50, msg: 'bug', name: 'TypeError', message: 'x' }, { ...failed, sqlState: '23505' })
    expect(complaintsIn(log)).to.deep.equal(['bug · TypeError · x', `${failed.msg} · 23505`])
  })

  it('is not a warning, nor a job that failed while the database was away', () => {
    expect(complaintsIn(logOf({ level: 40, msg: 'late' }, { ...failed, sqlState: '57P01' }))).to.deep.equal([])
  })
})

describe("Chaos' schedule", () => {
  const first = (seed: number, count: number) => {
    const steps = planOf(faults, 'people', seed)
    return Array.from({ length: count }, () => steps.next().value as Step)
  }
  const kinds = faults.filter(({ lane }) => lane === 'people').length

  it('does not count what did not come about', async () => {
    const never: Fault = { name: 'never', lane: 'people', seconds: 0, inject: async () => false }
    expect(await injectAll(runOf(), [never], 1, Date.now() + 50)).to.deep.equal({})
  })

  it('counts a fault that cannot be made to happen as broken', async () => {
    const run = runOf()
    const torn: Fault = { name: 'torn', lane: 'people', seconds: 0, inject: () => Promise.reject(new Error('No way')) }
    await injectAll(run, [torn], 1, 'once')
    expect([...run.broken.sentences]).to.deep.equal(['torn: No way'])
  })

  it('tries again, when each kind shall come once, what did not come about', async () => {
    let tries = 0
    const third: Fault = { name: 'third', lane: 'people', seconds: 9, inject: async () => ++tries === 3 }
    const other: Fault = { name: 'other', lane: 'people', seconds: 9, inject: async () => {} }
    expect(await injectAll(runOf(), [third, other], 1, 'once')).to.deep.equal({ third: 1, other: 1 })
  })

  it('leaves out what would not end in time', async () => {
    const long: Fault = { name: 'long', lane: 'chain', seconds: 9, inject: async () => expect.fail('It was injected') }
    expect(await injectAll(runOf(), [long], 1, Date.now() + 50)).to.deep.equal({})
  })

  it('is the same for the same seed, and another for another', () => {
    expect(first(1, 3 * kinds)).to.deep.equal(first(1, 3 * kinds))
    expect(first(1, kinds)).not.to.deep.equal(first(2, kinds))
  })

  it('has every kind once before one comes again', () => {
    expect(new Set(first(3, kinds).map(({ fault }) => fault.name))).to.have.length(kinds)
  })

  it('has a name of its own for every kind', () => {
    expect(new Set(faults.map(({ name }) => name))).to.have.length(faults.length)
  })
})

describe('A few seconds of chaos', function () {
  this.timeout(600_000)

  it('are refused when a kind is asked for that there is not', async () => {
    const { status, complained } = await run([join(root, 'scripts/chaos.ts'), '--faults', 'reorg,reorgs'])
    expect({ status, isNamed: complained.includes('Not known: reorgs') }).to.deep.equal({ status: 2, isNamed: true })
  })

  it('lose nothing and double nothing', async function () {
    if (findPostgres() === null) return this.skip()
    const kinds = ['apiKilled', 'workerKilled', 'databaseKilled', 'reorg', 'rpc500', 'duplicates100', 'overspendRace']
    const args = ['--once', '--seed', '7', '--shoppers', '2', '--faults', kinds.join(','), '--json']
    const { status, said, complained } = await run([join(root, 'scripts/chaos.ts'), ...args])
    expect(status, complained).to.equal(0)
    const figures = JSON.parse(said)
    expect(figures).to.include({ seed: 7, lost: 0, doubled: 0, invariantsBroken: 0 })
    expect(figures.acknowledged).to.be.greaterThan(0)
    expect(figures.faults).to.have.all.keys(kinds)
  })
})

async function run(args: string[]): Promise<{ status: number | null; said: string; complained: string }> {
  const child = spawn(process.execPath, args, { cwd: root })
  let [said, complained] = ['', '']
  child.stdout.on('data', (text: Buffer) => {
    said += text
  })
  child.stderr.on('data', (text: Buffer) => {
    complained += text
  })
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { status, said, complained }
}
