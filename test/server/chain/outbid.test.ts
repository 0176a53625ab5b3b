import { expect } from 'chai'
import { sql } from 'kysely'
import { type Hex, parseGwei, parseTransaction } from 'viem'
import { dearer } from '../../../server/chain/outbid.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { createRelayer } from '../../../server/chain/relayer.ts'
import { toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { type ChainTown, chainTown, type Fault } from '../../support/chain.ts'

const gwei = (fee: number) => parseGwei(String(fee))
const fees = (most: number, tip: number) => ({ maxFeePerGas: gwei(most), maxPriorityFeePerGas: gwei(tip) })

describe('What is paid for gas', () => {
  it('stays as it is while it is enough', () => {
    expect(dearer(fees(20, 1), fees(13, 1), gwei(10), gwei(200))).to.equal(null)
    expect(dearer(fees(0, 0), fees(0, 0), 0n, gwei(200))).to.equal(null)
  })

  it('rises by an eighth at least, else nodes do not take it', () => {
    expect(dearer(fees(20, 1), fees(20.5, 1.1), gwei(16), gwei(200))).to.deep.equal(fees(22.5, 1.125))
    const wei = (most: bigint, tip: bigint) => ({ maxFeePerGas: most, maxPriorityFeePerGas: tip })
    const odd = dearer(wei(9n, 1n), wei(10n, 2n), 9n, gwei(200))
    expect(odd).to.deep.equal({ maxFeePerGas: 11n, maxPriorityFeePerGas: 2n })
  })

  it('rises to what the market asks', () => {
    expect(dearer(fees(20, 1), fees(65, 5), gwei(50), gwei(200))).to.deep.equal(fees(65, 5))
  })

  it('never passes the most, and never takes a step that is too small', () => {
    expect(dearer(fees(160, 1), fees(500, 2), gwei(400), gwei(190))).to.deep.equal(fees(190, 2))
    expect(dearer(fees(180, 1), fees(500, 2), gwei(400), gwei(190))).to.equal(null)
    const tip = dearer(fees(20, 1), fees(300, 300), gwei(1), gwei(50))
    expect(tip).to.deep.equal(fees(50, 50))
  })

  describe('for a transaction that stands too long', () => {
    let town: ChainTown
    let merchant = 0
    let sent: Hex[] = []

    before(async function () {
      this.timeout(30_000)
      town = await chainTown()
    })
    after(() => town.close())
    beforeEach(() => {
      sent = []
    })
    afterEach(async () => {
      town.node.fault = (_, forward) => forward()
      for (let round = 0; round < 4; round++) await relay()
      expect(await states()).to.deep.equal(['final'])
      await sql`delete from outbox`.execute(town.database.db)
    })
    const states = async () => {
      const rows = await town.database.db.selectFrom('outbox').select('state').distinct().execute()
      return rows.map(({ state }) => state)
    }

    /** A node that loses what it is sent while `isLossy`, and asks this tip. */
    const node = (tip: number, isLossy: boolean): Fault => {
      return async ({ method, params }, forward) => {
        if (method === 'eth_maxPriorityFeePerGas') return `0x${gwei(tip).toString(16)}`
        if (method !== 'eth_sendRawTransaction') return await forward()
        sent.push(params[0] as Hex)
        if (isLossy) throw Object.assign(new Error('lost on the way'), { code: -32_000 })
        return await forward()
      }
    }
    const relay = () => createRelayer(town.link).relay()
    const row = () => town.database.db.selectFrom('outbox').selectAll().executeTakeFirstOrThrow()
    const order = async () => {
      const id = ++merchant
      await inTransaction(town.database.db, (tx) =>
        enqueue(tx, {
          subject: `register:${id}`,
          kind: 'register',
          lane: 'registrar',
          target: 'merchantRegistry',
          functionName: 'register',
          args: [id, 1],
        }),
      )
    }
    const lost = async () => {
      await order()
      town.node.fault = node(1, true)
      await relay()
      return await row()
    }

    it('nothing changes where the market did not move', async () => {
      const before = await lost()
      await relay()
      expect((await row()).raw).to.deep.equal(before.raw)
      expect(new Set(sent)).to.have.property('size', 1)
    })

    it('is a higher fee with the same nonce and call, fixed before it is sent', async () => {
      const before = await lost()
      town.node.fault = node(5, true)
      await relay()
      const after = await row()
      const [old, fresh] = [before.raw, after.raw].map((raw) => parseTransaction(toHex(raw ?? Buffer.of())))
      expect(fresh).to.deep.include({ nonce: old?.nonce, data: old?.data, to: old?.to, gas: old?.gas })
      expect(fresh?.maxPriorityFeePerGas).to.equal(gwei(5))
      expect(after.earlier_hashes).to.deep.equal([before.hash])
      expect(sent.at(-1)).to.equal(toHex(after.raw ?? Buffer.of()))
      town.node.fault = node(5, false)
      for (let round = 0; round < 3; round++) await relay()
      expect(await row()).to.deep.include({ state: 'final', nonce: before.nonce, hash: after.hash })
    })

    it('is final too when the cheap one was mined after all', async () => {
      const before = await lost()
      town.node.fault = node(5, true)
      await relay()
      await town.opened.client.sendRawTransaction({ serializedTransaction: toHex(before.raw ?? Buffer.of()) })
      for (let round = 0; round < 3; round++) await relay()
      expect((await row()).state).to.equal('final')
    })

    it('is signed anew, once, when somebody else takes its nonce, whatever was bid for it', async () => {
      const before = await lost()
      town.node.fault = node(5, true)
      await relay()
      const dear = await row()
      expect(dear.earlier_hashes).to.deep.equal([before.hash])
      // With the same key, for nothing, and for more.
      const { registrar } = town.keys
      const raw = await registrar.signTransaction({
        ...{ type: 'eip1559', chainId: town.link.chainId, to: registrar.address, nonce: Number(before.nonce) },
        ...{ gas: 21_000n, ...fees(100, 10) },
      })
      await town.opened.client.sendRawTransaction({ serializedTransaction: raw })
      await relay()
      expect(await row()).to.include({ state: 'signed', nonce: (before.nonce ?? 0n) + 1n, because: null })
      for (let round = 0; round < 3; round++) await relay()
      town.node.fault = node(5, false)
      for (let round = 0; round < 3; round++) await relay()
      const after = await row()
      expect(after).to.include({ state: 'final', nonce: (before.nonce ?? 0n) + 1n })
      // Neither bid can ever be mined.
      expect(after.earlier_hashes).to.deep.equal([])
    })

    it('is signed once where two servers see it', async () => {
      const before = await lost()
      town.node.fault = node(5, true)
      await Promise.all([relay(), relay(), relay()])
      expect((await row()).earlier_hashes).to.deep.equal([before.hash])
    })

    it('is at most what the installation allows: then the old bytes go out again, and nothing new is signed', async () => {
      const before = await lost()
      const mostFeePerGas = parseTransaction(toHex(before.raw ?? Buffer.of())).maxFeePerGas ?? 0n
      const relayer = createRelayer({ ...town.link, mostFeePerGas })
      town.node.fault = node(500, true)
      await relayer.relay()
      expect((await row()).raw).to.deep.equal(before.raw)
      await order()
      await relayer.relay()
      expect((await states()).sort()).to.deep.equal(['queued', 'signed'])
    })
  })
})
