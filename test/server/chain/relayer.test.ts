import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { keccak256 } from 'viem'
import { abis } from '../../../server/chain/abis.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { createRelayer } from '../../../server/chain/relayer.ts'
import { toHex } from '../../../server/db/bytes.ts'
import { inTransaction, type Tx } from '../../../server/db/transaction.ts'
import { openLog } from '../../../server/watch/log.ts'
import { type ChainTown, chainTown, type Fault } from '../../support/chain.ts'

describe('The relayer', () => {
  let town: ChainTown
  let merchant = 0

  before(async function () {
    this.timeout(30_000)
    town = await chainTown()
  })
  after(() => town.close())
  beforeEach(() => {
    town.node.fault = (_, forward) => forward()
  })
  afterEach(async () => {
    town.node.fault = (_, forward) => forward()
    await sql`delete from outbox`.execute(town.database.db)
  })

  const order = (tx: Tx, id: number, purposes = 1, subject = `register:${id}`) =>
    enqueue(tx, {
      subject,
      kind: 'register',
      lane: 'registrar',
      target: 'merchantRegistry',
      functionName: 'register',
      args: [id, purposes],
    })
  const ordered = async (purposes = 1) => {
    const id = ++merchant
    await inTransaction(town.database.db, (tx) => order(tx, id, purposes))
    return id
  }
  const rowOf = async (id: number) =>
    await town.database.db
      .selectFrom('outbox')
      .selectAll()
      .where('subject', '=', `register:${id}`)
      .executeTakeFirstOrThrow()
  const registered = async (id: number) => {
    const { merchantRegistry: address } = town.opened.facts
    const call = { address, abi: abis.merchantRegistry, functionName: 'acceptanceOf', args: [id] } as const
    return (await town.opened.client.readContract(call))[0] !== 0
  }
  const nonce = async () => await town.opened.client.getTransactionCount({ address: town.keys.registrar.address })
  const relay = async (rounds = 3) => {
    const relayer = createRelayer(town.link)
    for (let round = 0; round < rounds; round++) await relayer.relay()
  }
  const rpcError = (code: number, message: string) => Object.assign(new Error(message), { code })
  const on = (method: string, fault: Fault): Fault => {
    return (call, forward) => (call.method === method ? fault(call, forward) : forward())
  }

  it('sends what was ordered, once, until it is final', async () => {
    const id = await ordered()
    expect(await inTransaction(town.database.db, (tx) => order(tx, id))).to.equal(false)
    await relay()
    expect(await rowOf(id)).to.include({ state: 'final', because: null })
    expect(await registered(id)).to.equal(true)
  })

  it('never sends what was rolled back', async () => {
    const id = ++merchant
    const undone = inTransaction(town.database.db, async (tx) => {
      await order(tx, id)
      throw new Error('no')
    })
    expect(await undone.catch((error: Error) => error.message)).to.equal('no')
    await relay()
    expect(await registered(id)).to.equal(false)
  })

  it('sends the same bytes again after it died between the commit and the broadcast', async () => {
    const id = await ordered()
    const sent: unknown[] = []
    town.node.fault = on('eth_sendRawTransaction', async ({ params }) => {
      sent.push(params[0])
      throw new Error('the process died here')
    })
    await createRelayer(town.link).relay()
    const signed = await rowOf(id)
    expect(signed.state).to.equal('signed')

    town.node.fault = on('eth_sendRawTransaction', ({ params }, forward) => {
      sent.push(params[0])
      return forward()
    })
    await relay()
    expect(sent).to.deep.equal([toHex(signed.raw ?? Buffer.of()), toHex(signed.raw ?? Buffer.of())])
    const final = await rowOf(id)
    expect(final.state).to.equal('final')
    expect(final.hash).to.deep.equal(signed.hash)
  })

  describe('when the node takes a transaction but says', () => {
    const answers = {
      'that it timed out': rpcError(-32_000, 'The request timed out'),
      'status 500': rpcError(-32_603, 'Internal Server Error'),
      '−32603': rpcError(-32_603, 'Internal error'),
      'that it knows it': rpcError(-32_000, 'already known'),
      'that it imported it': rpcError(-32_003, 'transaction already imported'),
      'that its nonce is too low': rpcError(-32_000, 'Nonce too low. Expected nonce to be 9 but got 8.'),
    }
    for (const [what, error] of Object.entries(answers)) {
      it(`${what}, looks it up and does it once`, async () => {
        const before = await nonce()
        const id = await ordered()
        town.node.fault = on('eth_sendRawTransaction', async (_, forward) => {
          await forward().catch(() => {})
          throw error
        })
        await relay()
        expect((await rowOf(id)).state).to.equal('final')
        expect(await nonce()).to.equal(before + 1)
      })
    }
  })

  it('signs nothing while the node does not know what a call needs, and lets nobody pass in that lane', async () => {
    const [first, second] = [await ordered(), await ordered()]
    town.node.fault = on('eth_estimateGas', async () => {
      throw rpcError(-32_603, 'Internal error')
    })
    await relay()
    expect([(await rowOf(first)).state, (await rowOf(second)).state]).to.deep.equal(['queued', 'queued'])
    town.node.fault = (_, forward) => forward()
    await relay()
    expect([(await rowOf(first)).nonce, (await rowOf(second)).nonce]).to.deep.equal([
      BigInt((await nonce()) - 2),
      BigInt((await nonce()) - 1),
    ])
  })

  it('keeps what the contract refuses, with its reason, and nobody waits behind it', async () => {
    const refused = await ordered(0)
    const next = await ordered()
    await relay()
    expect(await rowOf(refused)).to.include({ state: 'queued', because: `PurposesMissing(${refused})`, nonce: null })
    expect((await rowOf(next)).state).to.equal('final')
  })

  it('looks at what can be sent however much is refused', async () => {
    for (let i = 0; i < 20; i++) await ordered(0)
    const good = await ordered()
    await relay(4)
    expect((await rowOf(good)).state).to.equal('final')
  })

  it('asks again for each that was refused, however many are refused for good', async () => {
    for (let i = 0; i < 20; i++) await ordered(0)
    const later = await ordered(0)
    await relay(2)
    expect((await rowOf(later)).state).to.equal('queued')
    await sql`
      update outbox set call = ${JSON.stringify({ functionName: 'register', args: [later, 1] })}::jsonb
      where subject = ${`register:${later}`}`.execute(town.database.db)
    // Sixteen of twenty-one are asked in a round, by lot.
    for (let round = 0; round < 60 && (await rowOf(later)).state !== 'final'; round++) await relay(1)
    expect((await rowOf(later)).state).to.equal('final')
  })

  it('says reverted of what was mined and reverted, with its reason, and signs it anew when it can pass', async () => {
    const id = await ordered(0)
    town.node.fault = on('eth_estimateGas', async () => '0x30d40')
    await createRelayer(town.link).relay()
    town.node.fault = (_, forward) => forward()
    await createRelayer(town.link).relay()
    const reverted = await rowOf(id)
    expect(reverted.because).to.equal(`PurposesMissing(${id})`)
    expect(reverted.state).to.equal('reverted')

    await sql`update outbox set call = ${JSON.stringify({ functionName: 'register', args: [id, 1] })}::jsonb`.execute(
      town.database.db,
    )
    // Taken by nobody: its nonce is open, and the receipt of the bytes that reverted tells nothing of it.
    town.node.fault = on('eth_sendRawTransaction', async () => {
      throw new Error('lost')
    })
    await relay(1)
    await relay(1)
    expect((await rowOf(id)).state).to.equal('signed')

    town.node.fault = (_, forward) => forward()
    await relay()
    const final = await rowOf(id)
    expect(final.state).to.equal('final')
    expect(final.nonce).to.equal((reverted.nonce ?? 0n) + 1n)
    expect(final.earlier_hashes).to.deep.equal([])
  })

  it('calls nothing final before the finalized block has reached it', async () => {
    const id = await ordered()
    const finalized = await town.opened.client.getBlockNumber()
    town.node.fault = ({ method, params }, forward) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized'
        ? town.opened.client.request({ method: 'eth_getBlockByNumber', params: [`0x${finalized.toString(16)}`, false] })
        : forward()
    await relay()
    expect((await rowOf(id)).state).to.equal('mined')
    town.node.fault = (_, forward) => forward()
    await relay()
    expect((await rowOf(id)).state).to.equal('final')
  })

  it('sends the same bytes again when their block left the chain', async () => {
    const id = await ordered()
    const finalized = await town.opened.client.getBlockNumber()
    const behind: Fault = ({ method, params }, forward) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized'
        ? town.opened.client.request({ method: 'eth_getBlockByNumber', params: [`0x${finalized.toString(16)}`, false] })
        : forward()
    town.node.fault = behind
    await relay(2)
    const mined = await rowOf(id)
    expect(mined.state).to.equal('mined')

    const sent: unknown[] = []
    town.node.fault = async (call, forward) => {
      if (call.method === 'eth_getTransactionReceipt') return null
      if (call.method === 'eth_sendRawTransaction') sent.push(call.params[0])
      return call.method === 'eth_sendRawTransaction'
        ? keccak256(call.params[0] as `0x${string}`)
        : behind(call, forward)
    }
    await relay(1)
    expect(sent).to.deep.equal([toHex(mined.raw ?? Buffer.of())])
    expect(await rowOf(id)).to.deep.include({ state: 'signed', block_hash: null, nonce: mined.nonce })
  })

  it('does not call a receipt final whose block is not the canonical one', async () => {
    const id = await ordered()
    town.node.fault = on('eth_getTransactionReceipt', async (_, forward) => {
      const receipt = (await forward()) as object | null
      return receipt === null ? null : { ...receipt, blockHash: `0x${'66'.repeat(32)}` }
    })
    await relay(5)
    expect((await rowOf(id)).state).to.equal('signed')
  })

  it('names no note in its log, whatever becomes of a note’s call', async () => {
    const note = `0x${randomBytes(20).toString('hex')}` as const
    const lines: string[] = []
    const log = openLog('debug', null, { write: (line) => lines.push(line) })
    const link = { ...town.link, log }
    const say = (word: string) => lines.filter((line) => line.includes(word)).length
    await inTransaction(town.database.db, (tx) =>
      enqueue(tx, {
        ...{ subject: `guarantee:${note}`, kind: 'guarantee', lane: 'registrar', target: 'budgetToken' },
        ...{ functionName: 'transfer', args: [note, 1n] },
      } as never),
    )
    // The refusal of the contract names whom it is about, as those of vouchers name a note.
    await createRelayer(link).relay()
    expect(say('would refuse')).to.equal(1)
    await createRelayer({ ...link, mostFeePerGas: 0n }).relay()
    const gas = on('eth_estimateGas', async () => '0x30d40')
    town.node.fault = (call, forward) =>
      call.method === 'eth_sendRawTransaction' ? Promise.reject(rpcError(-32_000, note)) : gas(call, forward)
    await createRelayer({ ...link, mostFeePerGas: 0n }).relay()
    expect(say('MOST_FEE_GWEI')).to.be.greaterThan(0)
    await createRelayer(link).relay()
    expect(say('did not clearly take')).to.equal(1)
    town.node.fault = gas
    await createRelayer(link).relay()
    await createRelayer(link).relay()
    expect(say('A transaction reverted')).to.equal(1)
    expect(lines.join('').toLowerCase()).not.to.include(note.slice(2))
    expect(lines.join('')).to.include('"kind":"guarantee"')
  })

  it('signs the same call anew when another transaction took its nonce for good', async () => {
    const id = await ordered()
    town.node.fault = on('eth_sendRawTransaction', async () => {
      throw rpcError(-32_000, 'lost on the way')
    })
    await relay(2)
    const lost = await rowOf(id)
    town.node.fault = (_, forward) => forward()
    const raw = await town.keys.registrar.signTransaction({
      type: 'eip1559',
      chainId: town.link.chainId,
      nonce: Number(lost.nonce),
      gas: 21_000n,
      to: town.keys.registrar.address,
      ...(await town.opened.client.estimateFeesPerGas()),
    })
    await town.opened.client.sendRawTransaction({ serializedTransaction: raw })
    await relay(4)
    expect(await rowOf(id)).to.include({ state: 'final', nonce: (lost.nonce ?? 0n) + 1n })
    expect(await registered(id)).to.equal(true)
  })

  it('never gives one nonce twice, however many relayers run', async () => {
    const before = await nonce()
    const ids: number[] = []
    for (let i = 0; i < 10; i++) ids.push(await ordered())
    await Promise.all([relay(), relay(), relay()])
    await relay()
    for (const id of ids) expect((await rowOf(id)).state).to.equal('final')
    expect(await nonce()).to.equal(before + 10)
  })
})
