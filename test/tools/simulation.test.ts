import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import type { Figures } from '../../scripts/simulate/figures.ts'
import { possible } from '../../scripts/simulate/node.ts'
import type { Outage } from '../../scripts/simulate/outage.ts'

const root = resolve(import.meta.dirname, '../..')

/** In a process of its own: it takes time and chance away from everything in it. */
async function simulate<T>(...args: string[]): Promise<{ status: number | null; figures: T; complained: string }> {
  const child = spawn(process.execPath, [join(root, 'scripts/simulate.ts'), '--json', ...args], { cwd: root })
  let [said, complained] = ['', '']
  child.stdout.on('data', (text: Buffer) => {
    said += text
  })
  child.stderr.on('data', (text: Buffer) => {
    complained += text
  })
  const status = await new Promise<number | null>((done) => child.once('close', done))
  return { status, figures: (said === '' ? null : JSON.parse(said)) as T, complained }
}

describe('The simulation', function () {
  this.timeout(1_200_000)
  const seeds = 100
  let run: Awaited<ReturnType<typeof simulate<Figures>>>
  before(async () => {
    run = await simulate<Figures>('--first', '1', '--seeds', String(seeds), '--processes', '2')
  })

  it('breaks no invariant in any of its seeds', () => {
    expect(run.status, run.complained.slice(-20_000)).to.equal(0)
    expect(run.figures).to.include({ seeds })
    expect(run.figures.broken).to.deep.equal([])
  })

  it('has tills that were shown green, and troubles of every kind', () => {
    expect(run.figures.greens).to.be.greaterThan(seeds)
    const troubles = ['server dies', 'both servers die', 'reorganisation', 'node forgets', 'node down', 'no blocks']
    const rest = [
      'dear gas',
      'no gas',
      'nonce stolen',
      'clock jumps',
      'database cut',
      'overspend',
      'settle',
      'new phone',
    ]
    const acts = ['cancel', 'give up', 'grant', 'revoke', 'extend', 'buy', 'buy often']
    expect(run.figures.counts).to.include.keys([...troubles, ...rest, ...acts])
    expect(run.figures.counts).to.include.keys([...possible('eth_sendRawTransaction'), 'stale head'])
  })

  it('does the same again from the same seed, alone or among others', async () => {
    const seed = 1 + (run.figures.greens % seeds)
    const again = await simulate<Figures>('--seed', String(seed))
    expect(again.figures.traces[seed], `seed ${seed}`).to.equal(run.figures.traces[seed])
  })

  it('does something else from every seed', () => {
    expect(new Set(Object.values(run.figures.traces))).to.have.length(seeds)
  })
})

describe('An hour without a network', function () {
  this.timeout(1_200_000)

  it('stops nobody from paying, and what was paid drains ten times as fast as it came', async () => {
    const { status, figures, complained } = await simulate<Outage>('--outage', '--every', '20')
    expect(status, complained).to.equal(0)
    expect(figures).to.include({ outageSeconds: 3600, arrivals: 180, green: 180, backlog: 180 })
    expect(figures.ratio).to.be.at.least(10)
  })
})
