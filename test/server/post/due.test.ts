import { expect } from 'chai'
import { postWhenDue } from '../../../server/post/post.ts'
import { type PostTown, postTown } from '../../support/postTown.ts'

describe('The clock of the post', function () {
  this.timeout(60_000)
  let town: PostTown

  before(async () => {
    town = await postTown({ postIntervalSeconds: 600 })
  })
  after(() => town.close())

  const ask = () => postWhenDue(town.town.deps)
  const lastRun = async () =>
    (await town.town.deps.db.selectFrom('post_state').select('started_at').executeTakeFirstOrThrow()).started_at

  it('strikes at the first start, and then says how long it is until the next evening', async () => {
    expect(await ask()).to.equal(600)
    const first = await lastRun()
    town.advance(200_500)
    expect(await ask()).to.equal(400)
    expect(await lastRun()).to.deep.equal(first)
    town.advance(399_500)
    expect(await ask()).to.equal(600)
    expect(await lastRun()).not.to.deep.equal(first)
  })

  it('goes on at once with a run that somebody began and did not end', async () => {
    await town.town.deps.db.updateTable('post_state').set({ stage: 'sheets', is_ordered: false }).execute()
    expect(await ask()).to.equal(600)
    const { stage } = await town.town.deps.db.selectFrom('post_state').select('stage').executeTakeFirstOrThrow()
    expect(stage).to.equal('idle')
  })
})
