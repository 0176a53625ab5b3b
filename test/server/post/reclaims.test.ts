import { expect } from 'chai'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import type { Deps } from '../../../server/deps.ts'
import { orderRedemptions } from '../../../server/post/redemptions.ts'
import { orderReclaims } from '../../../server/post/releases.ts'
import { day, type PostTown, postTown, potsOnChain, programmeRowOf, settingIn } from '../../support/postTown.ts'

describe('What returns to the budget', () => {
  let town: PostTown

  before(async function () {
    this.timeout(60_000)
    town = await postTown()
  })
  after(() => town.close())
  afterEach(async () => {
    expect(await town.differences()).to.deep.equal([])
  })

  /** A server whose pots are read just before another one books what has become final. */
  function overtaken(deps: Deps): Deps {
    const readContract = async (asked: { functionName: string }) => {
      const read = await deps.chain.client.readContract(asked as never)
      if (asked.functionName === 'programmeOf') await deps.chain.advance()
      return read
    }
    const client = Object.assign(Object.create(deps.chain.client), { readContract }) as Deps['chain']['client']
    return { ...deps, config: { ...deps.config, releaseStepCents: 1n }, chain: { ...deps.chain, client } }
  }

  it('is never what a shop was paid meanwhile', async () => {
    const { programme, shop, youth } = await settingIn(town, 2_000n, {})
    await town.post()
    await town.pay(youth, shop, 300n, (await youth.notes()).slice(0, 1))
    town.advance(1000)
    expect(await orderRedemptions(town.town.deps)).to.equal(1)

    expect(await orderReclaims(overtaken(town.town.deps))).to.equal(0)
    await town.town.deps.chain.advance()
    expect((await potsOnChain(town, programme)).outstandingCents).to.equal(1_700n)
    expect((await programmeRowOf(town, programme)).reclaimed_cents).to.equal(0n)
  })

  /** Reclaims to the cent, as no evening post does. */
  const reclaimExactly = async () => {
    const { deps } = town.town
    const ordered = await orderReclaims({ ...deps, config: { ...deps.config, releaseStepCents: 1n } })
    await deps.chain.advance()
    return ordered
  }

  for (const isOnSheet of [true, false]) {
    const when = isOnSheet ? 'after its sheet' : 'before its sheet, undone after it'
    it(`is the rest of a service only when no undo can bring it back (paid ${when})`, async () => {
      const { programme, shop, youth } = await settingIn(town, 1_200n, { kind: 'service', undoSeconds: 3600 })
      const reclaimed = async () => (await programmeRowOf(town, programme)).reclaimed_cents
      if (isOnSheet) await town.post()
      const payment = await town.pay(youth, shop, 120n, await youth.notes())
      expect(await reclaimExactly()).to.equal(0)
      expect(await reclaimed()).to.equal(0n)
      if (!isOnSheet) await town.post()
      expect(await reclaimExactly()).to.equal(0)
      expect(await reclaimed()).to.equal(0n)

      await undoPayment(town.town.deps, shop.who, payment)
      expect((await youth.notes()).map((note) => note.cents)).to.deep.equal([1_200n])
      await town.post()
      expect(await reclaimExactly()).to.equal(0)
      expect(await potsOnChain(town, programme)).to.include({ outstandingCents: 1_200n, availableCents: 498_800n })

      await town.pay(youth, shop, 900n, await youth.notes())
      town.advance(2 * day)
      await town.post()
      expect(await reclaimed()).to.equal(0n)
      expect(await reclaimExactly()).to.equal(1)
      expect(await reclaimed()).to.equal(300n)
      expect(await potsOnChain(town, programme)).to.include({ outstandingCents: 0n, availableCents: 499_100n })
    })
  }
})
