import { expect } from 'chai'
import { concat, dataLength, dataSlice, getBytes, hexlify } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import { groupOf, receiptProofOf, redemptionsOf, signBatch, spendOf } from './support/spends.ts'
import { as, CAFE, GROCER, loadFixture, networkHelpers, potsOf, time } from './support/town.ts'

/** A batch of two groups, signed by the acceptor, as the bytes that a carrier holds. */
async function townWithBatch() {
  const spent = await townWithSheet()
  const { town, vouchers, acceptor, relayer, sheet, first, second, third } = spent
  const items = [
    await spendOf(town, sheet, first, { amountCents: 300n, mostCents: 900n }),
    await spendOf(town, sheet, second, { merchant: CAFE, amountCents: 200n }),
  ]
  const groups = [groupOf(sheet, items), groupOf(sheet, [await spendOf(town, sheet, third)])]
  const call = vouchers.interface.encodeFunctionData('redeem', [await signBatch(town, groups, acceptor), groups])
  const isTaken = (data: string) => isAnswered(relayer, { to: vouchers, data })
  return { ...spent, groups, call, isTaken }
}

interface Caller {
  call(request: object): Promise<unknown>
}

/** Whether this call would go through; nothing is sent. */
async function isAnswered(caller: Caller, request: object): Promise<boolean> {
  return caller.call(request).then(
    () => true,
    () => false,
  )
}

/** The bytes with one of them changed, one bit or all bits of it. */
function* withOneByteChanged(data: string): Generator<{ at: number; changed: string }> {
  const bytes = getBytes(data)
  for (const at of bytes.keys()) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const changed = Uint8Array.from(bytes)
      changed[at] ^= mask
      yield { at, changed: hexlify(changed) }
    }
  }
}

describe('Who carries a batch', () => {
  it('can change no byte of it: selector, signature, offsets, lengths, items, proofs and padding', async () => {
    const { call, isTaken } = await loadFixture(townWithBatch)
    expect(await isTaken(call)).to.equal(true)
    const taken: number[] = []
    for (const { at, changed } of withOneByteChanged(call)) if (await isTaken(changed)) taken.push(at)
    expect(taken).to.deep.equal([])
  })

  it('can cut nothing off', async () => {
    const { call, isTaken } = await loadFixture(townWithBatch)
    const taken: number[] = []
    for (let length = 0; length < dataLength(call); length++) {
      if (await isTaken(dataSlice(call, 0, length))) taken.push(length)
    }
    expect(taken).to.deep.equal([])
  })

  it('can append nothing, not even zeros', async () => {
    const { call, isTaken } = await loadFixture(townWithBatch)
    for (const junk of ['0x00', '0xff', `0x${'00'.repeat(32)}`, `0x${'ab'.repeat(64)}`, call]) {
      expect(await isTaken(concat([call, junk]))).to.equal(false)
    }
  })

  it('can neither exchange, leave out, repeat nor put together groups', async () => {
    const { vouchers, relayer, town, acceptor, groups } = await loadFixture(townWithBatch)
    const [one, other] = groups
    const signature = await signBatch(town, groups, acceptor)
    for (const changed of [[other, one], [one], [other], [], [one, other, other], [one, one]]) {
      await expect(as(vouchers, relayer).redeem(signature, changed)).to.be.revertedWithCustomError(
        vouchers,
        'NotTheAcceptor',
      )
    }
  })

  it('cannot raise an amount to what the holder signed', async () => {
    const { vouchers, relayer, town, acceptor, groups } = await loadFixture(townWithBatch)
    const [{ items, ...rest }, other] = groups
    const [item, ...more] = items
    const raised = [{ ...rest, items: [{ ...item, terms: item.terms + 600n }, ...more] }, other]
    await expect(
      as(vouchers, relayer).redeem(await signBatch(town, groups, acceptor), raised),
    ).to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
    await as(vouchers, relayer).redeem(await signBatch(town, raised, acceptor), raised)
    expect(await vouchers.owedCents(GROCER)).to.equal(1_900n)
  })

  it('carries it once for money: again, every item is passed over', async () => {
    const { town, vouchers, relayer, stranger, call } = await loadFixture(townWithBatch)
    await relayer.sendTransaction({ to: vouchers, data: call })
    const before = await potsOf(town)
    const again = stranger.sendTransaction({ to: vouchers, data: call })
    await expect(again).to.emit(vouchers, 'Skipped').and.not.to.emit(vouchers, 'Redeemed')
    expect(await potsOf(town)).to.deep.equal(before)
    expect(await vouchers.owedCents(GROCER)).to.equal(1_300n)
    expect(await vouchers.owedCents(CAFE)).to.equal(200n)
  })
})

describe('Who posts with receipts', () => {
  it('can change bytes that say nothing, and no byte that says anything', async () => {
    const { town, vouchers, stranger, sheet, first, second } = await loadFixture(townWithSheet)
    const items = [
      await spendOf(town, sheet, first, { amountCents: 300n, mostCents: 900n }),
      await spendOf(town, sheet, second, { merchant: CAFE, amountCents: 200n }),
    ]
    const receipts = await Promise.all(items.map((item) => receiptProofOf(town, item)))
    const call = vouchers.interface.encodeFunctionData('redeemWithReceipts', [[groupOf(sheet, items)], [receipts]])
    await time.increaseTo(await vouchers.escapeOpensAt(sheet.id))
    const told = async (data: string) => {
      const start = await networkHelpers.takeSnapshot()
      const receipt = await (await stranger.sendTransaction({ to: vouchers, data })).wait()
      const events = receipt?.logs.map((log) => vouchers.interface.parseLog(log)) ?? []
      await start.restore()
      return events.flatMap((event) => [event?.name, event?.args.sheet, ...redemptionsOf(event?.args.redemptions)])
    }
    const truth = await told(call)
    expect(truth).to.have.length(4)
    const silent = new Set<number>()
    for (const { at, changed } of withOneByteChanged(call)) {
      if (!(await isAnswered(stranger, { to: vouchers, data: changed }))) continue
      expect(await told(changed), `byte ${at} changed`).to.deep.equal(truth)
      silent.add(at)
    }
    // The eight highest bytes of each item's terms.
    expect(silent.size).to.equal(16)
  })
})
