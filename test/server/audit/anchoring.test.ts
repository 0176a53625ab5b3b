import { expect } from 'chai'
import { sql } from 'kysely'
import { createPublicClient, custom, decodeFunctionData, type EIP1193RequestFn } from 'viem'
import { auditAnchorAbi } from '../../../protocol/abi/auditAnchor.ts'
import * as api from '../../../protocol/api/audit.ts'
import { readAnchors } from '../../../server/audit/anchors.ts'
import { chainAndAnchor, verifyAuditLog } from '../../../server/audit/auditLog.ts'
import { toHex } from '../../../server/db/bytes.ts'
import type { Deps } from '../../../server/deps.ts'
import { logAccess } from '../../../server/http/accessLog.ts'
import { emptyLog, headOf, tamper } from '../../support/auditLog.ts'
import { type TestServer, testServer } from '../../support/server.ts'

describe('Anchoring the audit log', function () {
  this.timeout(120_000)
  let town: TestServer
  /** A town of its own is no sample: it anchors whether anything happened or not. */
  let real: Deps
  let contract: { address: `0x${string}`; abi: typeof auditAnchorAbi }

  before(async () => {
    town = await testServer({ postIntervalSeconds: 86_400 })
    real = { ...town.deps, config: { ...town.deps.config, isSample: false } }
    contract = { address: town.deps.chain.auditAnchor, abi: auditAnchorAbi }
  })
  after(() => town.close())

  const act = (subject: string) => logAccess(town.deps.db, { actor: 'server' }, 'acted', subject)
  const passTime = (time: string) =>
    sql`update audit_head set anchored_at = anchored_at - ${time}::interval`.execute(town.deps.db)
  const verify = () => {
    const { db, chain, now } = town.deps
    return verifyAuditLog({ db, client: chain.client, auditAnchor: chain.auditAnchor, now })
  }
  const count = () => town.deps.chain.client.readContract({ ...contract, functionName: 'anchorCount' })
  const anchor = async (deps: Deps) => {
    const isOrdered = await chainAndAnchor(deps)
    await town.deps.chain.advance()
    return isOrdered
  }

  it('begins with the first turn, and comes once an interval', async () => {
    // What the deployment told is written down first.
    await town.deps.chain.advance()
    await act('1')
    expect(await anchor(real)).to.equal(true)
    await act('2')
    expect(await anchor(real)).to.equal(false)
    expect(await count()).to.equal(1n)
    const { intact, rows, anchoredRow, anchors, lastAnchorAt, waiting } = await verify()
    expect({ intact, anchors, waiting, rows: rows - anchoredRow }).to.deep.equal({
      intact: true,
      anchors: 1,
      waiting: 0,
      rows: 1,
    })
    expect(lastAnchorAt).to.be.a('date')
    await passTime('1 day')
    expect(await anchor(real)).to.equal(true)
    expect(await verify()).to.include({ intact: true, anchors: 2 })
  })

  it('comes on a day on which nothing happened too, and with another head', async () => {
    const before = await headOf(town.deps.db)
    await passTime('1 day')
    expect(await anchor(real)).to.equal(true)
    const heads = await readAnchors(town.deps.chain.client, contract.address)
    expect(new Set(heads.map(({ head }) => head)).size).to.equal(heads.length)
    expect(heads.at(-1)?.head).not.to.equal(before.head)
  })

  it('does not come in a sample before anything happened, but once a day', async () => {
    const sample = { ...town.deps, config: { ...town.deps.config, postIntervalSeconds: 60 } }
    await passTime('2 minutes')
    expect(await anchor(sample)).to.equal(false)
    await act('3')
    expect(await anchor(sample)).to.equal(true)
    await passTime('1 day')
    expect(await anchor(sample)).to.equal(true)
  })

  it('comes once when several servers take the turn', async () => {
    await passTime('1 day')
    const before = await count()
    const ordered = await Promise.all(Array.from({ length: 5 }, () => chainAndAnchor(real)))
    await town.deps.chain.advance()
    expect(ordered.filter(Boolean)).to.have.length(1)
    expect(await count()).to.equal(before + 1n)
  })

  it('tells the chain a number and a head, and nothing else', async () => {
    const { rows } = await sql<{ raw: Buffer }>`select raw from outbox where kind = 'anchor'`.execute(town.deps.db)
    const block = await town.deps.chain.client.getBlock({ blockTag: 'latest', includeTransactions: true })
    const [transaction] = block.transactions
    expect(rows.length).to.be.greaterThan(3)
    expect(transaction?.input.length).to.equal(2 + 2 * 36)
    const { functionName, args } = decodeFunctionData({ abi: auditAnchorAbi, data: transaction?.input ?? '0x' })
    expect([functionName, args?.[0]]).to.deep.equal(['anchor', (await headOf(town.deps.db)).head])
    const { logs } = await town.deps.chain.client.getTransactionReceipt({ hash: transaction?.hash ?? '0x' })
    expect(logs.map(({ topics, data }) => [topics.length, data])).to.deep.equal([[2, args?.[0]]])
  })

  it('tells an officer and an auditor whether the log is whole, and nobody else', async () => {
    const answer = await (await town.as('auditor')).call(api.verifyAuditLog)
    expect(answer).to.include({ intact: true, broken: null, contract: contract.address })
    expect((await (await town.as('officer')).call(api.verifyAuditLog)).anchors).to.equal(answer.anchors)
    for (const role of ['worker', 'approver', 'finance'] as const) {
      expect(await (await town.as(role)).refusal(api.verifyAuditLog), role).to.equal('not_allowed')
    }
    expect(await town.anyone().refusal(api.verifyAuditLog)).to.equal('not_signed_in')
  })

  it('gives away a log that was cut off with its head, its count and its orders', async () => {
    for (const subject of ['4', '5', '6']) await act(subject)
    await passTime('1 day')
    await anchor(real)
    const { db } = town.deps
    const { position } = await headOf(db)
    const last = position - 2n
    await tamper(
      db,
      `delete from audit_log where position > ${last}`,
      'update audit_head set anchored_position = 0',
      `update audit_head set position = ${last}, hash = (select hash from audit_log where position = ${last})`,
    )
    const known = await verify()
    expect(known.broken).to.include({ what: 'truncated', row: Number(last) + 1, until: Number(position) })
    await tamper(db, `delete from outbox where subject = 'anchor:${position}'`)
    expect((await verify()).broken).to.include({ what: 'rewritten', row: known.anchoredRow + 1 })
    // Whoever fills it up again does not get the same hashes.
    for (const subject of ['4', '5', '6', '7']) await act(subject)
    await chainAndAnchor(real)
    expect((await verify()).broken).to.include({ what: 'rewritten', row: known.anchoredRow + 1 })
  })

  it('gives away a log that was emptied and begun anew', async () => {
    await emptyLog(town.deps.db)
    await act('1')
    await chainAndAnchor(real)
    await town.deps.chain.advance()
    const { intact, broken } = await verify()
    expect(intact).to.equal(false)
    expect(broken?.what).to.equal('truncated')
    expect(broken?.because).to.match(/^Anchor 1, .* after row 0, at least up to row \d+\.$/)
  })

  describe('is read from a node', () => {
    const through = (answer: (method: string, params: any[], forward: () => Promise<unknown>) => Promise<unknown>) => {
      const request = (({ method, params }: { method: string; params?: any[] }) =>
        answer(method, params ?? [], () =>
          town.deps.chain.client.request({ method, params } as never),
        )) as EIP1193RequestFn
      return createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 })
    }

    it('that answers for few blocks at a time only', async () => {
      const all = await readAnchors(town.deps.chain.client, contract.address)
      let most = 0
      const spare = through((method, [filter], forward) => {
        if (method !== 'eth_getLogs') return forward()
        const span = Number(BigInt(filter.toBlock) - BigInt(filter.fromBlock)) + 1
        if (span > 5) return Promise.reject(new Error('query exceeds max block range 5'))
        most = Math.max(most, span)
        return forward()
      })
      expect(await readAnchors(spare, contract.address)).to.deep.equal(all)
      expect(most).to.be.within(2, 5)
    })

    it('and not believed when one of them is kept back', async () => {
      const silent = through(async (method, _, forward) => {
        const answer = await forward()
        return method === 'eth_getLogs' ? (answer as unknown[]).slice(1) : answer
      })
      const refusal = await readAnchors(silent, contract.address).catch((error: Error) => error.message)
      expect(refusal).to.match(/gave \d+ of the \d+ anchors .*ask another node/)
    })

    it('that never answers for blocks, and says so', async () => {
      const broken = through((method, _, forward) =>
        method === 'eth_getLogs' ? Promise.reject(new Error('no logs here')) : forward(),
      )
      expect(await readAnchors(broken, contract.address).catch((error: Error) => error.message)).to.match(
        /no logs here/,
      )
    })
  })

  it('is written to by the acceptor’s key and by no other', async () => {
    const { client, auditAnchor } = town.deps.chain
    const data = toHex(Buffer.alloc(32))
    for (const role of ['admin', 'relayer', 'finance', 'guardian'] as const) {
      const account = town.deps.keys[role].address
      const tried = client.simulateContract({ ...contract, functionName: 'anchor', args: [data], account })
      expect(
        await tried.then(
          () => 'it did',
          (error: Error) => error.message,
        ),
        `${role} ${auditAnchor}`,
      ).to.include('AccessControlUnauthorizedAccount')
    }
  })
})
