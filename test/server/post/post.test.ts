import { expect } from 'chai'
import { acceptancesOf, day, type PostTown, postTown } from '../../support/postTown.ts'

describe('The evening post', () => {
  let town: PostTown

  before(async function () {
    this.timeout(60_000)
    town = await postTown()
  })
  after(() => town.close())

  it('puts notes on chain, then what was paid with them, and stays balanced to the cent', async () => {
    const programme = await town.programme()
    const shop = await town.shop()
    const youth = await town.youth()
    await youth.grant(programme, 5_000n)
    expect(await town.differences()).to.deep.equal([])
    await town.post()
    expect(await town.differences()).to.deep.equal([])

    const payment = await town.pay(youth, shop, 890n, (await youth.notes()).slice(0, 1))
    expect(await town.differences()).to.deep.equal([])
    town.advance(day)
    await town.post()
    expect((await acceptancesOf(town, payment)).map((one) => one.state)).to.deep.equal(['final'])
    expect(await town.differences()).to.deep.equal([])
  })
})
