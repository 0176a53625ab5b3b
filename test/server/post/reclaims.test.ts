import { expect } from 'chai'
import type { Deps } from '../../../server/deps.ts'
import { orderRedemptions } from '../../../server/post/redemptions.ts'
import { orderReclaims } from '../../../server/post/releases.ts'
import { type PostTown, postTown, potsOnChain, programmeRowOf, settingIn } from '../../support/postTown.ts'

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
})
